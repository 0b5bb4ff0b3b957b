import type { ConnectorConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { concat, Graph, sizeOf } from '@ablate/tensor';
import { connect, connectorSpecs, Params, prefixed } from '@ablate/vlm';
import type { Tolerance } from '../checks.js';
import { hasFile, readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { runOnce, setGradients, weightedSum } from './graphs.js';

interface Json {
  readonly connector_type: string;
  readonly config: FactoryConnector & { readonly vision_hidden_size: number; readonly hidden_size: number };
  readonly parameters: number;
  readonly tolerance: Tolerance;
  readonly tolerance_grads: Tolerance;
}

/** What the Factory's configuration says of a connector. */
export interface FactoryConnector {
  readonly num_queries: number | null;
  readonly num_resampler_layers: number | null;
  /** The Factory builds google-bert/bert-base-uncased; cases replace its sizes. */
  readonly bert?: BertSizes | null;
}

interface BertSizes {
  readonly hidden_size?: number;
  readonly num_hidden_layers?: number;
  readonly num_attention_heads?: number;
  readonly intermediate_size?: number;
}

/** Settings of BERT that are computed; another value of any other is refused. */
const BERT = {
  hidden_size: 768,
  num_hidden_layers: 12,
  num_attention_heads: 12,
  intermediate_size: 3072,
} as const;
const FIXED_BERT: Readonly<Record<string, unknown>> = {
  hidden_act: 'gelu',
  layer_norm_eps: 1e-12,
  position_embedding_type: 'absolute',
};

/** A connector of the Factory by its name and settings. */
export function factoryConnector(type: string, config: FactoryConnector): ConnectorConfig {
  const depth = /^mlp(\d+)x_gelu$/.exec(type)?.[1];
  if (depth !== undefined) return { kind: 'mlp', depth: Number(depth) };
  if (type === 'identity' || type === 'linear') return { kind: type };
  if (type === 'resampler') {
    const { num_queries: numQueries, num_resampler_layers: layers } = config;
    return { kind: 'resampler', numQueries: numQueries!, depth: layers!, heads: 8, headDim: 64 };
  }
  if (type === 'mof_mlp') return { kind: type };
  if (type === 'qformer') {
    const bert = { ...BERT, ...config.bert };
    for (const [name, value] of Object.entries({ ...config.bert })) {
      if (name in FIXED_BERT && value !== FIXED_BERT[name])
        throw new AblateError('UNSUPPORTED_CONNECTOR', `bert.${name} = ${String(value)} is not supported.`, {
          value,
        });
    }
    return {
      kind: 'qformer',
      numQueries: config.num_queries!,
      depth: bert.num_hidden_layers,
      hidden: bert.hidden_size,
      intermediate: bert.intermediate_size,
      heads: bert.num_attention_heads,
    };
  }
  throw new AblateError('UNKNOWN_CONNECTOR', `"${type}" is no connector that this build knows.`, {
    value: type,
  });
}

/** Output of a connector and the gradients of sum(output * C) to its parameters and inputs. */
export const connector: Kind = async (golden, checks, { executor }) => {
  const { connector_type, config, parameters, tolerance, tolerance_grads } = golden.json as Json;
  const { vision_hidden_size: vision, hidden_size: hidden } = config;
  const description = factoryConnector(connector_type, config);
  const specs = prefixed('_connector.', connectorSpecs(description, vision, hidden));
  const count = specs.reduce((total, { shape }) => total + sizeOf(shape), 0);
  checks.same('parameters', count, parameters);
  const weights = hasFile(golden, 'state_dict.safetensors')
    ? await readTensors(golden, 'state_dict.safetensors')
    : {};
  const inputs = await readTensors(golden, 'inputs.safetensors');
  const graph = new Graph();
  // A mixture of features takes one input an encoder, its tokens one after the other.
  const names = Object.keys(inputs)
    .filter((name) => name.startsWith('input'))
    .sort();
  const parts = names.map((name) => graph.input(name, inputs[name]!.shape));
  const output = connect(Params.of(graph, specs).at('_connector.'), description, concat(parts, 1));
  graph.setOutput('output', output);
  const wrt = new Map([
    ...names.map((name, i) => [`grad_${name}`, parts[i]!] as const),
    ...specs.map(({ name }) => [`grad.${name}`, graph.inputs.get(name)!] as const),
  ]);
  setGradients(weightedSum(output, 'grad_output'), wrt);
  const results = await runOnce(executor, graph, { ...weights, ...inputs });
  const { output: expectedOutput, ...expectedGradients } = await readTensors(golden, 'expected.safetensors');
  checks.close('output', results['output'], expectedOutput!, tolerance);
  checks.allClose(results, expectedGradients, tolerance_grads);
};
