import { join } from 'node:path';
import { crossEntropy, Graph, mul, sum, type TensorData, type Tensors } from '@ablate/tensor';
import {
  causalMask,
  embeddingTable,
  generate,
  llmArchitecture,
  loadLlm,
  Params,
  prefixed,
  ProgramCache,
  rotaryTables,
  statesAt,
  contextInputs,
  embed,
} from '@ablate/vlm';
import type { Tolerance } from '../checks.js';
import { readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { int32, runOnce, setGradients } from './graphs.js';

interface Json {
  readonly tolerance: Tolerance;
  readonly tolerance_grads: Tolerance;
}

/** Loss, logits, every gradient and a greedy continuation of a language model on right-padded rows. */
export const llm: Kind = async (golden, checks, { executor }) => {
  const { tolerance, tolerance_grads } = golden.json as Json;
  const { config, weights } = await loadLlm(join(golden.folder, 'model'));
  const inputs = await readTensors(golden, 'inputs.safetensors');
  const expected = await readTensors(golden, 'expected.safetensors');
  const expectedGradients = await readTensors(golden, 'expected_grads.safetensors');
  const ids = inputs['input_ids']!;
  const [batch, length] = ids.shape as [number, number];
  const positions = Int32Array.from({ length: batch * length }, (_, i) => i);
  const labels = shifted(inputs['labels']!.data as Int32Array, length);
  const parameters: Tensors = Object.fromEntries([...weights].map(([name, value]) => [`llm.${name}`, value]));

  const graph = new Graph();
  const { specs, forward, logits: head } = llmArchitecture(config.model_type);
  const params = Params.of(graph, prefixed('llm.', specs(config))).at('llm.');
  const embeddings = embed(embeddingTable(params, config), graph.input('rows', [batch, length], 'int32'));
  const { hidden } = forward(
    params,
    config,
    embeddings,
    contextInputs(graph, config, length, [length, length]),
  );
  const logits = head(params, config, statesAt(hidden, graph.input('all', [batch * length], 'int32')));
  const losses = crossEntropy(logits, graph.input('labels', [batch * length], 'int32'));
  const loss = mul(sum(losses, [0]), graph.input('loss_scale', []));
  graph.setOutput('logits', logits);
  graph.setOutput('loss', loss);
  const wrt = Object.keys(expectedGradients).flatMap((name) => {
    const value = graph.inputs.get(name.replace('grad.', 'llm.'));
    return value ? [[name, value] as const] : [];
  });
  setGradients(loss, new Map([...wrt, ['grad_inputs_embeds', embeddings]]));
  const results = await runOnce(executor, graph, {
    ...parameters,
    ...rotaryTables(config, length),
    mask: causalMask(length),
    rows: ids,
    all: int32(positions),
    labels: int32(labels),
    loss_scale: {
      dtype: 'float32',
      shape: [],
      data: Float32Array.of(1 / labels.filter((label) => label !== -100).length),
    },
  });

  const seen = inputs['attention_mask']?.data;
  const width = config.vocab_size;
  // Rows of padding are no part of the comparison.
  const kept = (tensor: TensorData): TensorData => ({
    ...tensor,
    data: tensor.data.map((value, i) => (seen?.[Math.floor(i / width)] === 0 ? 0 : value)),
  });
  checks.close('logits', kept(results['logits']!), kept(expected['logits']!), tolerance);
  checks.close('loss', results['loss'], expected['loss']!, tolerance);
  checks.allClose(results, expectedGradients, tolerance_grads);
  checks.close(
    'grad_inputs_embeds',
    batchFirst(results['grad_inputs_embeds']!),
    expected['grad_inputs_embeds']!,
    tolerance_grads,
  );

  const wanted = Array.from(expected['generated_ids']!.data);
  const programs = new ProgramCache(executor);
  const prompt = inputs['prompt_ids']!;
  const [produced] = await generate(programs, { llm: config, lora: {} }, parameters, {
    rows: [Int32Array.from(prompt.data)],
    features: null,
    endToken: -1,
    maxNewTokens: wanted.length,
  });
  await programs.dispose();
  checks.same('generated_ids', produced, wanted);
};

/** Each position's target is the next label of its row. */
const shifted = (labels: Int32Array, length: number): Int32Array =>
  labels.map((_, i) => ((i + 1) % length === 0 ? -100 : labels[i + 1]!));

/** [L, B, D] -> [B, L, D]. */
function batchFirst({ dtype, shape, data }: TensorData): TensorData {
  const [length, batch, width] = shape as [number, number, number];
  const turned = new Float32Array(data.length);
  for (let l = 0; l < length; l += 1)
    for (let b = 0; b < batch; b += 1)
      turned.set(
        (data as Float32Array).subarray((l * batch + b) * width, (l * batch + b + 1) * width),
        (b * length + l) * width,
      );
  return { dtype, shape: [batch, length, width], data: turned };
}
