import { afterAll, describe, expect, it } from '@jest/globals';
import { add, createExecutor, Graph, gradients, slice, type Value } from '@ablate/tensor';
import {
  expectClose,
  feedsOf,
  fixture,
  int32,
  readJson,
  readTensors,
  weightedSum,
  withPrefix,
  type GoldenCase,
} from '../../test/golden.js';
import { encoderArchitecture, llmConfig } from './architectures.js';
import { loadEncoder, loadWeights } from './backbone.js';
import { clipImageEmbedding, clipTextEmbedding, clipTextSpecs, clipVisionSpecs } from './clip.js';
import { featureGraph } from './image-rows.js';
import { Params } from './params.js';
import { causalMask } from './positions.js';
import { siglipImageEmbedding, siglipTextEmbedding, siglipTextSpecs, siglipVisionSpecs } from './siglip.js';
import { imagePatches, type VlmStructure } from './structure.js';

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

describe('hidden states and gradients equal transformers', () => {
  it.each(['vision_clip', 'vision_siglip'])('%s', async (name) => {
    const { tolerance, tolerance_grads } = readJson<GoldenCase>(`golden/${name}/case.json`);
    const { type, config, weights } = await loadEncoder(fixture(`golden/${name}/model`), null);
    const inputs = await readTensors(`golden/${name}/inputs.safetensors`);
    const grads = await readTensors(`golden/${name}/expected_grads.safetensors`);
    const graph = new Graph();
    const { specs, states } = encoderArchitecture(type);
    const pixels = graph.input('pixel_values', inputs['pixel_values']!.shape);
    const all = states(Params.of(graph, specs(config)), config, pixels, config.num_hidden_layers);
    all.forEach((state, i) => graph.setOutput(`hidden_states.${i}`, state));
    const selected = all.at(-2)!;
    graph.setOutput('features_cls_patch_keep_all', selected);
    const [batch, tokens, width] = selected.shape as [number, number, number];
    graph.setOutput('features_patch_drop_first', slice(selected, [0, 1, 0], [batch, tokens - 1, width]));
    const wrt = Object.keys(grads).map((key) =>
      key === 'grad_pixel_values' ? pixels : graph.inputs.get(key.replace('grad.', ''))!,
    );
    gradients(weightedSum(selected, 'grad_output'), wrt).forEach((value, i) =>
      graph.setOutput(Object.keys(grads)[i]!, value),
    );
    const program = await executor.compile(graph);
    const results = await program.run(feedsOf(graph, { ...withPrefix('', weights), ...inputs }));
    await program.dispose();
    expectClose(results, await readTensors(`golden/${name}/expected.safetensors`), () => tolerance);
    expectClose(results, grads, () => tolerance_grads);
  });
});

describe('full checkpoints: both embeddings and gradients equal transformers', () => {
  const text = {
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    vocab_size: 20,
    max_position_embeddings: 8,
  };
  const clipText = { ...text, hidden_act: 'quick_gelu', layer_norm_eps: 1e-5 };
  const siglipText = { ...text, hidden_act: 'gelu_pytorch_tanh', layer_norm_eps: 1e-6 };
  it.each(['dual_clip', 'dual_siglip'])('%s', async (name) => {
    const clip = name === 'dual_clip';
    const { config } = await loadEncoder(fixture(`transformers/${name}/model`), null);
    const inputs = await readTensors(`transformers/${name}/inputs.safetensors`);
    const expected = await readTensors(`transformers/${name}/expected.safetensors`);
    const specs = clip
      ? [...clipVisionSpecs(config), ...clipTextSpecs(clipText, config, 12)]
      : [...siglipVisionSpecs(config), ...siglipTextSpecs(siglipText)];
    const weights = await loadWeights(fixture(`transformers/${name}/model`), specs);
    const graph = new Graph();
    const params = Params.of(graph, specs);
    const pixels = graph.input('pixels', inputs['pixels']!.shape);
    const ids = graph.input('ids', inputs['ids']!.shape, 'int32');
    const length = ids.shape[1]!;
    const outputs: Record<string, Value> = clip
      ? {
          image: clipImageEmbedding(params, config, pixels),
          text: clipTextEmbedding(
            params,
            clipText,
            ids,
            graph.input('ends', [2], 'int32'),
            graph.input('mask', [length, length]),
          ),
        }
      : {
          image: siglipImageEmbedding(params, config, pixels),
          text: siglipTextEmbedding(params, siglipText, ids),
        };
    Object.entries(outputs).forEach(([key, value]) => graph.setOutput(key, value));
    const grads = Object.keys(expected).filter((key) => key.startsWith('grad.'));
    const loss = add(
      weightedSum(outputs['image']!, 'image_weights'),
      weightedSum(outputs['text']!, 'text_weights'),
    );
    gradients(
      loss,
      grads.map((key) => graph.inputs.get(key.replace('grad.', ''))!),
    ).forEach((value, i) => graph.setOutput(grads[i]!, value));
    const program = await executor.compile(graph);
    const results = await program.run(
      feedsOf(graph, {
        ...withPrefix('', weights),
        ...inputs,
        ends: int32(Int32Array.of(4, length + 6)),
        mask: causalMask(length),
      }),
    );
    await program.dispose();
    expectClose(results, expected, () => ({ abs: 2e-5, rel: 2e-4 }));
    const readByLoss = specs.map((spec) => `grad.${spec.name}`).filter((key) => !key.includes('logit_'));
    expect(grads.sort()).toEqual(readByLoss.sort());
  });
});

describe('selected tokens', () => {
  const llm = llmConfig('config.json', {
    model_type: 'llama',
    hidden_size: 8,
    intermediate_size: 8,
    num_hidden_layers: 1,
    num_attention_heads: 1,
    vocab_size: 9,
  });
  async function select(folder: string, tokens: VlmStructure['encoder']['select']['tokens']) {
    const { type, config, weights } = await loadEncoder(fixture(folder), -2);
    const encoder = { type, config, select: { selectLayer: -2, tokens } };
    const structure: VlmStructure = { encoder, connector: { kind: 'identity' }, llm, lora: {} };
    return { structure, weights };
  }
  it.each([
    ['golden/vision_clip/model', 'patch', 16],
    ['golden/vision_clip/model', 'legacy-siglip', 16],
    ['golden/vision_clip/model', 'cls-patch', 17],
    ['golden/vision_siglip/model', 'patch', 9],
    ['golden/vision_siglip/model', 'cls-patch', 9],
    ['golden/vision_siglip/model', 'legacy-siglip', 8],
    ['transformers/dual_siglip/model', 'patch', 4],
  ] as const)('%s with %s are %i', async (folder, tokens, count) => {
    expect(imagePatches((await select(folder, tokens)).structure)).toBe(count);
  });
  it('loads no parameter that the selected layer does not read', async () => {
    const { weights } = await select('golden/vision_siglip/model', 'patch');
    const names = [...weights.keys()];
    expect(names.some((name) => name.includes('encoder.layers.1.'))).toBe(true);
    expect(names.filter((name) => /layers\.2\.|post_layernorm|head/.test(name))).toEqual([]);
  });
  it('come from a graph that reads nothing else', async () => {
    const { structure, weights } = await select('golden/vision_clip/model', 'patch');
    const pixels = (await readTensors('golden/vision_clip/inputs.safetensors'))['pixel_values']!;
    const expected = await readTensors('golden/vision_clip/expected.safetensors');
    const graph = featureGraph(structure, pixels.shape[0]!);
    const feeds = { ...withPrefix('encoder.', weights), pixels };
    expect([...graph.inputs.keys()].sort()).toEqual(Object.keys(feeds).sort());
    const program = await executor.compile(graph);
    const results = await program.run(feeds);
    await program.dispose();
    const close = { abs: 1e-4, rel: 1e-4 };
    expectClose(results, { features: expected['features_patch_drop_first']! }, () => close);
  });
});
