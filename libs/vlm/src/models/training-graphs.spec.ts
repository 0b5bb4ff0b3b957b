import { afterAll, describe, expect, it } from '@jest/globals';
import { createExecutor, Graph, gradients, type TensorData, type Tensors } from '@ablate/tensor';
import { expectClose, int32, readJson, readTensors, scalar, weightedSum } from '../../test/golden.js';
import { collate } from '../data/collate.js';
import { llmConfig, visionConfig } from './architectures.js';
import { initialise } from './initialise.js';
import { Params } from './params.js';
import { causalMask, rotaryTables } from './positions.js';
import { mergedEmbeddings } from './sequence.js';
import { vlmSpecs, type LoraByPart, type VlmStructure } from './structure.js';
import { trainingGraph } from './training-graphs.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

const encoder = visionConfig('config.json', {
  model_type: 'clip_vision_model',
  hidden_size: 12,
  intermediate_size: 20,
  num_hidden_layers: 3,
  num_attention_heads: 2,
  image_size: 16,
  patch_size: 8,
});
const llms = ['llama', 'phi'].map((model_type) =>
  llmConfig('config.json', {
    model_type,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    vocab_size: 40,
  }),
);
const structureOf = (llm: VlmStructure['llm'], lora: LoraByPart): VlmStructure => ({
  encoder: { ...encoder, select: { selectLayer: -2, tokens: 'patch' } },
  connector: { kind: 'mlp', depth: 2 },
  llm,
  lora,
});
const LORA: LoraByPart = { llm: { rank: 3, alpha: 6, dropout: 0 } };

/** Every parameter drawn, fresh zeros too: then each term shows. */
function draw(structure: VlmStructure): Record<string, TensorData> {
  const specs = Object.values(vlmSpecs(structure)).flat();
  return Object.fromEntries(
    initialise(
      specs.map((spec) => ({ ...spec, init: { kind: 'normal', std: 0.2 } as const })),
      5,
    ),
  );
}

/** One step over one row: [1, image?, 5, 6, 7, 8]. */
async function step(
  structure: VlmStructure,
  parameters: Tensors,
  trained: readonly string[],
  withImage: boolean,
): Promise<Tensors> {
  const ids = withImage ? [1, -200, 5, 6, 7, 8] : [1, 5, 6, 7, 8];
  const labels = ids.map((id) => (id < 5 ? -100 : id));
  const batch = collate([{ ids, labels, images: withImage ? [0] : [] }], {
    vocabulary: structure.llm.vocab_size,
    imageTokens: 4,
    maxLength: 32,
    lengthBucket: 16,
    maskedId: null,
  });
  const { length, targets } = batch;
  const images = batch.images.length;
  const graph = trainingGraph(structure, { batch: 1, length, images, targets: targets.length }, trained);
  const pixels = trained.some((name) => name.startsWith('encoder.'));
  const visual = pixels ? [1, 3, 16, 16] : [1, 4, 12];
  const data = Float32Array.from({ length: pixels ? 768 : 48 }, (_, i) => Math.sin(i));
  const everything: Tensors = {
    ...parameters,
    ...rotaryTables(structure.llm, length),
    mask: causalMask(length),
    [pixels ? 'pixels' : 'features']: { dtype: 'float32', shape: visual, data },
    rows: int32(batch.rows, [1, length]),
    targets: int32(targets),
    labels: int32(batch.labels),
    loss_scale: scalar(1 / targets.length),
  };
  const feeds = Object.fromEntries([...graph.inputs.keys()].map((name) => [name, everything[name]!]));
  const program = await executor.compile(graph);
  const results = await program.run(feeds);
  await program.dispose();
  return results;
}

const largest = ({ data }: TensorData): number => Math.max(...Array.from(data, Math.abs));

describe.each(llms.map((llm) => [llm.model_type, llm] as const))('a training step: %s', (_, llm) => {
  it('gives a gradient to every trained parameter that features read, and to no other', async () => {
    const structure = structureOf(llm, {});
    const parameters = draw(structure);
    const results = await step(structure, parameters, Object.keys(parameters), true);
    const unread = Object.keys(parameters).filter(
      (name) => /layers\.2\.|post_layernorm/.test(name) && name.startsWith('encoder.'),
    );
    expect(unread.length).toBeGreaterThan(0);
    const expected = Object.keys(parameters).filter((name) => !unread.includes(name));
    expect(Object.keys(results).sort()).toEqual(['loss', ...expected.map((name) => `grad.${name}`)].sort());
    const flat = expected.filter((name) => largest(results[`grad.${name}`]!) === 0);
    expect(flat).toEqual([]);
  });

  it('without an image gives visual parameters a gradient of zeros', async () => {
    const structure = structureOf(llm, {});
    const parameters = draw(structure);
    const visual = Object.keys(parameters).filter((name) => name.startsWith('connector.'));
    const text = 'llm.model.layers.0.self_attn.q_proj.weight';
    const results = await step(structure, parameters, [...visual, text], false);
    expect(visual.map((name) => largest(results[`grad.${name}`]!))).toEqual(visual.map(() => 0));
    expect(largest(results[`grad.${text}`]!)).toBeGreaterThan(0);
  });

  it('with adapters equals the same step with the adapters merged into the weights', async () => {
    const structure = structureOf(llm, LORA);
    const parameters = draw(structure);
    const merged: Record<string, TensorData> = { ...parameters };
    const down = Object.keys(parameters).filter((name) => name.endsWith('.lora_A.weight'));
    expect(down.length).toBe(llm.num_hidden_layers * (llm.model_type === 'llama' ? 7 : 6));
    for (const name of down) {
      const layer = name.slice(0, -'.lora_A.weight'.length);
      const a = parameters[name]!;
      const b = parameters[`${layer}.lora_B.weight`]!;
      const [rank, inputs] = a.shape as [number, number];
      const weight = parameters[`${layer}.weight`]!;
      const data = Float32Array.from(weight.data, (value, i) => {
        const [row, column] = [Math.floor(i / inputs), i % inputs];
        for (let r = 0; r < rank; r += 1) value += 2 * b.data[row * rank + r]! * a.data[r * inputs + column]!;
        return value;
      });
      merged[`${layer}.weight`] = { ...weight, data };
    }
    const connector = Object.keys(parameters).filter((name) => name.startsWith('connector.'));
    const adapted = await step(structure, parameters, connector, true);
    const plain = await step(structureOf(llm, {}), merged, connector, true);
    const bare = await step(structureOf(llm, {}), parameters, connector, true);
    expectClose(adapted, plain, () => ({ abs: 1e-6, rel: 1e-4 }));
    expect(Math.abs(adapted['loss']!.data[0]! - bare['loss']!.data[0]!)).toBeGreaterThan(1e-3);
  });

  it("multiplies an adapter's input by the fed dropout mask", () => {
    const structure = structureOf(llm, { llm: { ...LORA.llm!, dropout: 0.5 } });
    const shape = { batch: 2, length: 16, images: 1, targets: 4 };
    const graph = trainingGraph(structure, shape, ['llm.model.layers.0.self_attn.q_proj.lora_A.weight']);
    const masks = [...graph.inputs].filter(([name]) => name.endsWith('.lora_dropout'));
    expect(masks.length).toBe(vlmSpecs(structure).lora.length / 2);
    expect(graph.inputs.get('llm.model.layers.0.self_attn.q_proj.lora_dropout')!.shape).toEqual([16, 2, 16]);
  });
});

describe('the merged sequence', () => {
  it('has the gradient of the Factory in embeddings and image features', async () => {
    const { tolerance_grads } = readJson<{ tolerance_grads: { abs: number; rel: number } }>(
      'golden/merge/case.json',
    );
    const inputs = await readTensors('golden/merge/inputs.safetensors');
    const expected = await readTensors('golden/merge/expected.safetensors');
    const { embedding } = inputs;
    const [vocabulary, width] = embedding!.shape as [number, number];
    // Case 3: every row has images, two of them side by side; nothing is cut or masked.
    const ids = inputs['c3.input_ids']!;
    const mask = inputs['c3.attention_mask']!;
    const features = inputs['c3.image_features']!;
    const [rowCount, columns] = ids.shape as [number, number];
    let image = 0;
    const samples = Array.from({ length: rowCount }, (_, b) => {
      const kept = Array.from({ length: columns }, (_, i) => b * columns + i).filter(
        (i) => mask.data[i] === 1,
      );
      const row = kept.map((i) => ids.data[i]!);
      return { ids: row, labels: row, images: row.filter((id) => id === -200).map(() => image++) };
    });
    const batch = collate(samples, {
      vocabulary,
      imageTokens: features.shape[1]!,
      maxLength: 99,
      lengthBucket: 1,
      maskedId: null,
    });
    const llm = { ...llms[0]!, hidden_size: width, vocab_size: vocabulary };
    const graph = new Graph();
    const params = Params.of(graph, [
      { name: 'model.embed_tokens.weight', shape: embedding!.shape, init: { kind: 'zeros' } },
    ]);
    const rows = graph.input('rows', [batch.batch, batch.length], 'int32');
    const image3 = graph.input('features', features.shape);
    const merged = mergedEmbeddings(params, llm, image3, rows);
    const [table, visual] = gradients(weightedSum(merged, 'weights'), [
      params.get('model.embed_tokens.weight'),
      image3,
    ]);
    graph.setOutput('c3.grad_embedding', table!);
    graph.setOutput('c3.grad_image_features', visual!);
    const program = await executor.compile(graph);
    const weights = inputs['c3.grad_output']!;
    const results = await program.run({
      'model.embed_tokens.weight': embedding!,
      rows: int32(batch.rows, [batch.batch, batch.length]),
      features,
      weights: positionsFirst(weights),
    });
    await program.dispose();
    const grads = Object.fromEntries(Object.entries(expected).filter(([name]) => name.startsWith('c3.grad')));
    expect(Object.keys(grads).sort()).toEqual(Object.keys(results).sort());
    expectClose(results, grads, () => tolerance_grads);
  });
});

function positionsFirst({ dtype, shape, data }: TensorData): TensorData {
  const [batch, length, width] = shape as [number, number, number];
  const moved = Float32Array.from(data, (_, i) => {
    const [t, b, c] = [Math.floor(i / (batch * width)), Math.floor(i / width) % batch, i % width];
    return data[(b * length + t) * width + c]!;
  });
  return { dtype, shape: [length, batch, width], data: moved };
}
