import { randomOf, type Pool } from '@ablate/emoji-data';
import type { Executor, TensorData } from '@ablate/tensor';
import { optimise } from '@ablate/training';
import { causalMask, ProgramCache } from '@ablate/vlm';
import { drawContrastiveBatch, TEXT_LENGTH, type ContrastiveBatch } from './contrastive-batches.js';
import { contrastiveGraph, type DualEncoder } from './contrastive-graph.js';
import type { Encode } from './language-batches.js';
import { report, type Report } from './report.js';

export const BATCH = 64;
const HIDDEN = -1e9;

const float32 = (data: Float32Array, shape: readonly number[]): TensorData => ({
  dtype: 'float32',
  shape,
  data,
});

/** Softmax targets: uniform over true texts of an image, and over true images of a text. */
export function clipFeeds({ truth, texts }: ContrastiveBatch, count: number): Record<string, TensorData> {
  const byImage = new Float32Array(BATCH * count);
  const byText = new Float32Array(count * BATCH);
  for (let b = 0; b < BATCH; b += 1) {
    const row = truth.subarray(b * count, (b + 1) * count);
    const total = row.reduce((a, v) => a + v, 0);
    for (let t = 0; t < count; t += 1) byImage[b * count + t] = row[t]! / total / BATCH;
  }
  for (let t = 0; t < texts; t += 1) {
    let total = 0;
    for (let b = 0; b < BATCH; b += 1) total += truth[b * count + t]!;
    for (let b = 0; b < BATCH; b += 1) byText[t * BATCH + b] = truth[b * count + t]! / total / texts;
  }
  const empty = new Float32Array(count).fill(HIDDEN, texts);
  return {
    image_targets: float32(byImage, [BATCH, count]),
    text_targets: float32(byText, [count, BATCH]),
    empty: float32(empty, [count]),
    mask: causalMask(TEXT_LENGTH),
  };
}

export function siglipFeeds({ truth, texts }: ContrastiveBatch, count: number): Record<string, TensorData> {
  const counted = new Float32Array(BATCH * count);
  for (let b = 0; b < BATCH; b += 1) counted.fill(1, b * count, b * count + texts);
  return { truth: float32(truth, [BATCH, count]), counted: float32(counted, [BATCH, count]) };
}

export interface EncoderOptions {
  readonly executor: Executor;
  readonly model: DualEncoder;
  /** Changed in place. */
  readonly parameters: ReadonlyMap<string, TensorData>;
  readonly pool: Pool;
  readonly encode: Encode;
  readonly endId: number;
  readonly padId: number;
  readonly images: number;
  readonly learningRate: number;
  readonly seed: number;
  readonly checkpointDir: string;
}

/** Contrastive pretraining on emoji pictures: four short true claims an image, and the exact truth of every claim about every image. */
export async function trainEncoder(options: EncoderOptions): Promise<Report> {
  const { model, parameters, executor, endId, padId } = options;
  const programs = new ProgramCache(executor);
  const random = randomOf(options.seed);
  const gradients = new Map(
    [...parameters].map(([name, { shape, data }]) => [name, float32(new Float32Array(data.length), shape)]),
  );
  const into = Object.fromEntries([...gradients].map(([name, tensor]) => [`grad.${name}`, tensor]));
  const weights = Object.fromEntries(parameters);
  const totalSteps = Math.ceil(options.images / BATCH);
  const objective = async () => {
    const batch = drawContrastiveBatch(random, options.pool, options.encode, BATCH, endId, padId);
    const count = batch.ends.length;
    const program = await programs.get(String(count), () => contrastiveGraph(model, BATCH, count));
    const { image_size, num_channels } = model.vision;
    const feeds: Record<string, TensorData> = {
      ...weights,
      pixels: float32(batch.pixels, [BATCH, num_channels, image_size, image_size]),
      ids: { dtype: 'int32', shape: [count, TEXT_LENGTH], data: batch.ids },
      ends: { dtype: 'int32', shape: [count], data: batch.ends },
      ...(model.family === 'clip' ? clipFeeds(batch, count) : siglipFeeds(batch, count)),
    };
    const results = await program.run(feeds, into);
    return {
      loss: results['loss']!.data[0]!,
      targets: BATCH,
      tokens: BATCH * 37 + count * TEXT_LENGTH,
      gradients: new Map([...gradients].map(([name, { data }]) => [name, data as Float32Array])),
    };
  };
  const loop = optimise({
    parameters,
    objective,
    totalSteps,
    accumulation: 1,
    lossReduction: 'micro-batch',
    optimiser: {
      learningRate: options.learningRate,
      connectorLearningRate: null,
      beta1: 0.9,
      beta2: 0.98,
      epsilon: 1e-8,
      weightDecay: 0.1,
      clipNorm: 1,
    },
    schedule: { kind: 'cosine', warmupRatio: Math.min(0.1, 50 / totalSteps) },
    checkpointEvery: Infinity,
    checkpointDir: options.checkpointDir,
    resumeFrom: null,
    signal: new AbortController().signal,
  });
  const losses = [await report(model.family, loop)];
  await programs.dispose();
  return { losses };
}
