import { afterAll, describe, expect, it } from '@jest/globals';
import { IMAGE_SIZE, randomOf, type Pool } from '@ablate/emoji-data';
import { createExecutor, type TensorData } from '@ablate/tensor';
import {
  causalMask,
  clipTextSpecs,
  clipVisionSpecs,
  initialise,
  siglipTextSpecs,
  siglipVisionSpecs,
  visionConfig,
} from '@ablate/vlm';
import {
  drawContrastiveBatch,
  imageFloats,
  TEXT_LENGTH,
  textRows,
  toPixels,
  type ContrastiveBatch,
} from './contrastive-batches.js';
import { contrastiveGraph, imageGraph, textGraph, type DualEncoder } from './contrastive-graph.js';
import { clipFeeds, siglipFeeds } from './train-encoder.js';

const SIZES = [20, 24, 32, 40, 48];
const solid = (rgb: readonly [number, number, number]): ReadonlyMap<number, Uint8Array> =>
  new Map(
    SIZES.map((size) => [
      size,
      Uint8Array.from({ length: 4 * size * size }, (_, i) => [...rgb, 255][i % 4]!),
    ]),
  );
const pool: Pool = {
  sprites: [
    {
      concept: { code: '1', name: 'apple', tags: ['fruit'], category: 'food', split: 'train' },
      artist: 'noto',
      colour: 'red',
      pixels: solid([255, 0, 0]),
    },
    {
      concept: { code: '2', name: 'grin', tags: [], category: 'face', split: 'train' },
      artist: 'noto',
      colour: 'yellow',
      pixels: solid([255, 220, 0]),
    },
  ],
  cumulative: Float64Array.of(1, 2),
};
/** One id a word. */
const words: string[] = [];
const encode = (text: string): number[] =>
  text.split(' ').map((word) => {
    if (!words.includes(word)) words.push(word);
    return 3 + words.indexOf(word);
  });
const [END, PAD] = [2, 0];
const draw = (seed: number, batch = 8): ContrastiveBatch =>
  drawContrastiveBatch(randomOf(seed), pool, encode, batch, END, PAD);

describe('batches', () => {
  it('turns bytes into planes between -1 and 1', () => {
    const rgb = new Uint8Array(imageFloats);
    rgb.set([255, 0, 51], 0);
    const pixels = new Float32Array(2 * imageFloats);
    toPixels(rgb, pixels, imageFloats);
    const area = IMAGE_SIZE * IMAGE_SIZE;
    expect([0, area, 2 * area].map((plane) => pixels[imageFloats + plane])).toEqual([
      1,
      -1,
      expect.closeTo(-0.6, 6),
    ]);
    expect(pixels.subarray(0, imageFloats).every((value) => value === 0)).toBe(true);
  });

  it('ends every text with the end token and says where', () => {
    const { ids, ends } = textRows([[7, 8], [9]], END, PAD, 3);
    expect([...ids.subarray(0, 4)]).toEqual([7, 8, END, PAD]);
    expect([...ends]).toEqual([2, TEXT_LENGTH + 1, 2 * TEXT_LENGTH]);
    expect(ends.every((place) => ids[place] === END)).toBe(true);
  });

  it('encodes a text once, and every picture has a true one', () => {
    const { truth, texts, ends } = draw(1);
    expect(ends.length % 32).toBe(0);
    for (let b = 0; b < 8; b += 1) {
      const row = [...truth.subarray(b * ends.length, (b + 1) * ends.length)];
      expect(row.slice(0, texts).filter((value) => value === 1).length).toBeGreaterThan(1);
      expect(row.slice(texts).every((value) => value === 0)).toBe(true);
    }
    const rows = Array.from({ length: texts }, (_, t) =>
      draw(1)
        .ids.subarray(t * TEXT_LENGTH, (t + 1) * TEXT_LENGTH)
        .join(),
    );
    expect(new Set(rows).size).toBe(texts);
  });
});

const tower = { hidden_size: 16, intermediate_size: 32, num_attention_heads: 2 };
const vision = (family: string, act: string): Record<string, unknown> => ({
  model_type: family,
  vision_config: {
    ...tower,
    model_type: `${family}_vision_model`,
    num_hidden_layers: 1,
    image_size: IMAGE_SIZE,
    patch_size: 16,
    num_channels: 3,
    hidden_act: act,
    layer_norm_eps: 1e-5,
    projection_dim: 8,
  },
});
const text = (act: string) => ({
  ...tower,
  num_hidden_layers: 1,
  vocab_size: 64,
  max_position_embeddings: TEXT_LENGTH,
  hidden_act: act,
  layer_norm_eps: 1e-5,
  projection_dim: 8,
  eos_token_id: END,
});
const clip = ((): DualEncoder => {
  const { config } = visionConfig('config.json', vision('clip', 'quick_gelu'));
  const tokens = text('quick_gelu');
  const specs = [...clipVisionSpecs(config), ...clipTextSpecs(tokens, config, 8)];
  return { family: 'clip', vision: config, text: tokens, specs };
})();
const siglip = ((): DualEncoder => {
  const { config } = visionConfig('config.json', vision('siglip', 'gelu_pytorch_tanh'));
  const tokens = text('gelu_pytorch_tanh');
  return {
    family: 'siglip',
    vision: config,
    text: tokens,
    specs: [...siglipVisionSpecs(config), ...siglipTextSpecs(tokens)],
  };
})();

const executor = await createExecutor('onnx');
afterAll(() => executor.dispose());

/** Scores of a batch by the embeddings alone, [B][T], and the loss of the training graph. */
async function scoresAndLoss(
  model: DualEncoder,
  batch: ContrastiveBatch,
  scale: number,
  feeds: Record<string, TensorData>,
): Promise<{ scores: number[][]; loss: number; gradients: string[] }> {
  const count = batch.ends.length;
  const size = batch.pixels.length / imageFloats;
  const parameters = initialise(model.specs, 3);
  (parameters.get('logit_scale')!.data as Float32Array).fill(Math.log(scale));
  const inputs: Record<string, TensorData> = {
    ...Object.fromEntries(parameters),
    pixels: { dtype: 'float32', shape: [size, 3, IMAGE_SIZE, IMAGE_SIZE], data: batch.pixels },
    ids: { dtype: 'int32', shape: [count, TEXT_LENGTH], data: batch.ids },
    ends: { dtype: 'int32', shape: [count], data: batch.ends },
    mask: causalMask(TEXT_LENGTH),
  };
  const run = async (graph: ReturnType<typeof imageGraph>, extra: Record<string, TensorData> = {}) => {
    const program = await executor.compile(graph);
    const needed = Object.fromEntries(
      Object.entries({ ...inputs, ...extra }).filter(([name]) => graph.inputs.has(name)),
    );
    const results = await program.run(needed);
    await program.dispose();
    return results;
  };
  const { image } = await run(imageGraph(model, size));
  const { text: texts } = await run(textGraph(model, count));
  const width = image!.shape[1]!;
  const scores = Array.from({ length: size }, (_, b) =>
    Array.from({ length: count }, (_, t) => {
      let dot = 0;
      for (let k = 0; k < width; k += 1) dot += image!.data[b * width + k]! * texts!.data[t * width + k]!;
      return dot * scale;
    }),
  );
  const trained = await run(contrastiveGraph(model, size, count), feeds);
  return {
    scores,
    loss: trained['loss']!.data[0]!,
    gradients: Object.keys(trained).filter((name) => name.startsWith('grad.')),
  };
}

const logSumExp = (values: readonly number[]): number => {
  const top = Math.max(...values);
  return top + Math.log(values.reduce((sum, value) => sum + Math.exp(value - top), 0));
};
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

describe('losses', () => {
  const batch = draw(5, 64);
  const count = batch.ends.length;
  const isTrue = (b: number, t: number): boolean => batch.truth[b * count + t] === 1;
  const all = [...Array(64).keys()];
  const texts = [...Array(batch.texts).keys()];

  it('CLIP: mean over images and over texts of -log softmax, averaged over what is true', async () => {
    const { scores, loss, gradients } = await scoresAndLoss(clip, batch, 10, clipFeeds(batch, count));
    const byImage = all.map((b) => {
      const row = texts.map((t) => scores[b]![t]!);
      return mean(texts.filter((t) => isTrue(b, t)).map((t) => logSumExp(row) - row[t]!));
    });
    const byText = texts.map((t) => {
      const column = all.map((b) => scores[b]![t]!);
      return mean(all.filter((b) => isTrue(b, t)).map((b) => logSumExp(column) - column[b]!));
    });
    expect(loss).toBeCloseTo((mean(byImage) + mean(byText)) / 2, 4);
    expect(gradients).toContain('grad.logit_scale');
  });

  it('SigLIP: -log sigmoid of every pair, summed over texts, mean over images', async () => {
    const { scores, loss, gradients } = await scoresAndLoss(siglip, batch, 10, siglipFeeds(batch, count));
    const bias = initialise(siglip.specs, 3).get('logit_bias')!.data[0]!;
    const byImage = all.map((b) =>
      texts
        .map((t) => Math.log1p(Math.exp((isTrue(b, t) ? -1 : 1) * (scores[b]![t]! + bias))))
        .reduce((sum, value) => sum + value, 0),
    );
    expect(loss).toBeCloseTo(mean(byImage), 3);
    expect(gradients).toContain('grad.logit_bias');
  });
});
