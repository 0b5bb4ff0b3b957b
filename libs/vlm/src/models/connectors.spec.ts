import { afterAll, describe, expect, it } from '@jest/globals';
import { connectorTokens, type ConnectorConfig } from '@ablate/catalogue';
import { createExecutor, Graph, gradients, sizeOf } from '@ablate/tensor';
import {
  expectClose,
  feedsOf,
  readJson,
  readTensors,
  weightedSum,
  type GoldenCase,
} from '../../test/golden.js';
import { connect, connectorSpecs } from './connectors.js';
import { Params, prefixed } from './params.js';

interface ConnectorCase extends GoldenCase {
  readonly config: {
    readonly vision_hidden_size: number;
    readonly hidden_size: number;
    readonly num_queries: number;
    readonly num_resampler_layers: number;
  };
  readonly parameters: number;
}

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const resampler = (numQueries: number, depth: number): ConnectorConfig => ({
  kind: 'resampler',
  numQueries,
  depth,
  heads: 8,
  headDim: 64,
});
const countOf = (config: ConnectorConfig, vision: number, hidden: number): number =>
  connectorSpecs(config, vision, hidden).reduce((total, { shape }) => total + sizeOf(shape), 0);

describe('outputs and gradients equal the Factory', () => {
  const kinds: Record<string, (config: ConnectorCase['config']) => ConnectorConfig> = {
    connector_identity: () => ({ kind: 'identity' }),
    connector_linear: () => ({ kind: 'linear' }),
    connector_mlp2x: () => ({ kind: 'mlp', depth: 2 }),
    connector_mlp3x: () => ({ kind: 'mlp', depth: 3 }),
    connector_resampler: (config) => resampler(config.num_queries, config.num_resampler_layers),
  };
  it.each(Object.keys(kinds))('%s', async (name) => {
    const golden = readJson<ConnectorCase>(`golden/${name}/case.json`);
    const { vision_hidden_size: vision, hidden_size: hidden } = golden.config;
    const config = kinds[name]!(golden.config);
    expect(countOf(config, vision, hidden)).toBe(golden.parameters);
    const specs = prefixed('_connector.', connectorSpecs(config, vision, hidden));
    const weights = specs.length > 0 ? await readTensors(`golden/${name}/state_dict.safetensors`) : {};
    const inputs = await readTensors(`golden/${name}/inputs.safetensors`);
    const expected = await readTensors(`golden/${name}/expected.safetensors`);
    const graph = new Graph();
    const input = graph.input('input', inputs['input']!.shape);
    const output = connect(Params.of(graph, specs).at('_connector.'), config, input);
    expect(output.shape[1]).toBe(connectorTokens(config, input.shape[1]!));
    graph.setOutput('output', output);
    const wrt = [input, ...specs.map((spec) => graph.inputs.get(spec.name)!)];
    const names = ['grad_input', ...specs.map((spec) => `grad.${spec.name}`)];
    gradients(weightedSum(output, 'grad_output'), wrt).forEach((value, i) =>
      graph.setOutput(names[i]!, value),
    );
    const program = await executor.compile(graph);
    const results = await program.run(feedsOf(graph, { ...weights, ...inputs }));
    await program.dispose();
    expect(Object.keys(expected).sort()).toEqual(['output', ...names].sort());
    expectClose(results, expected, (key) => (key === 'output' ? golden.tolerance : golden.tolerance_grads));
  });
});

describe('parameter counts', () => {
  /** Formulas of the reference, not of this code: vlm.md 1.2. */
  const formulas: readonly [string, ConnectorConfig, (v: number, h: number) => number][] = [
    ['identity', { kind: 'identity' }, () => 0],
    ['linear', { kind: 'linear' }, (v, h) => v * h + h],
    ['mlp2x_gelu', { kind: 'mlp', depth: 2 }, (v, h) => v * h + h + (h * h + h)],
    ['mlp4x_gelu', { kind: 'mlp', depth: 4 }, (v, h) => v * h + h + 3 * (h * h + h)],
    ['mof_mlp', { kind: 'mof_mlp' }, (v, h) => 2 * (v * h + h + h * h + h)],
    ['pixel_shuffle', { kind: 'pixel_shuffle', factor: 4 }, (v, h) => 16 * v * h],
    [
      'qformer',
      { kind: 'qformer', numQueries: 128, depth: 12, hidden: 768, intermediate: 3072, heads: 12 },
      (v, h) => 92_160_000 + 9216 * v + 768 * 128 + 769 * h,
    ],
    ['resampler', resampler(128, 3), (v, h) => 128 * h + v * h + h + 3 * (8 * h * h + 2054 * h) + 2 * h],
  ];
  it.each(formulas)('%s', (_, config, formula) => {
    for (const [vision, hidden] of [
      [1024, 896],
      [1152, 2560],
    ] as const) {
      expect(countOf(config, vision, hidden)).toBe(formula(vision, hidden));
    }
  });
});
