import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ConnectorConfig } from '@ablate/catalogue';
import { openSafetensors, type TensorData, type Tensors } from '@ablate/tensor';
import { causalMask, collate, imageTokens, rotaryTables, type VlmStructure } from '@ablate/vlm';

/** Whole trainings of the TinyLLaVA Factory on small random models, step by step. */
export const CASES = fileURLToPath(new URL('fixtures/two_stage/', import.meta.url));

export interface Stage {
  readonly name: string;
  readonly weight_decay: number;
  readonly max_grad_norm: number | null;
  readonly loss_weighting: 'micro_mean' | 'token';
  readonly start_from: string;
  readonly data: string;
  readonly steps: number;
  readonly accumulation: number;
  readonly lr: number;
  readonly warmup_steps: number;
  readonly max_length: number;
  readonly tune: Readonly<Record<'llm' | 'vision_tower' | 'connector', string>> & {
    readonly vision_from_layer?: number;
  };
  readonly lora?: { readonly r: number; readonly alpha: number; readonly dropout: number };
  readonly trainable_parameters: number;
  readonly parameters_without_gradient: readonly string[];
  readonly zero_gradient_tensors: readonly string[];
  readonly files: { readonly log: string; readonly final_weights: string; readonly lora_initial?: string };
}
export interface TwoStageCase {
  readonly config: {
    readonly vision_tower: string;
    readonly connector_type: string;
    readonly num_queries: number | null;
    readonly num_resampler_layers: number | null;
    readonly micro_batch: number;
  };
  readonly runs: Readonly<Record<string, readonly Stage[]>>;
  readonly tolerance: {
    readonly loss_rel: number;
    readonly grad_norm_rel: number;
    readonly eval_loss_rel: number;
    readonly lr_rel: number;
    readonly weight_update_rel_l2: number;
    readonly weight_max_abs: number;
  };
}
export interface Log {
  readonly steps: readonly {
    readonly lr: number;
    readonly micro_losses: readonly number[];
    readonly micro_target_tokens: readonly number[];
    readonly grad_norm: number;
  }[];
  readonly eval_losses_after: readonly number[];
}
export interface Data {
  readonly samples: readonly {
    readonly image: number | null;
    readonly input_ids: readonly number[];
    readonly labels: readonly number[];
  }[];
  readonly micro_batches: readonly (readonly number[])[];
}

export const readJson = <T>(path: string): T => JSON.parse(readFileSync(join(CASES, path), 'utf8')) as T;

export async function readTensors(path: string): Promise<Map<string, TensorData>> {
  const file = await openSafetensors(join(CASES, path));
  const tensors = new Map<string, TensorData>();
  for (const name of file.tensors.keys()) tensors.set(name, await file.read(name));
  await file.close();
  return tensors;
}

/** The Factory's and PEFT's names as ours. */
export const ourName = (name: string): string =>
  name
    .replace(/^base_model\.model\./, '')
    .replace(/\.(lora_[AB])\.default\./, '.$1.')
    .replace(/^(connector\.)?_connector\./, 'connector.')
    .replace(/^language_model\./, 'llm.')
    .replace(/^vision_tower\._vision_tower\./, 'encoder.');
export const renamed = (tensors: ReadonlyMap<string, TensorData>): [string, TensorData][] =>
  [...tensors].map(([name, tensor]) => [ourName(name), tensor]);

export function connectorOf({ config }: TwoStageCase): ConnectorConfig {
  const depth = /^mlp(\d+)x_gelu$/.exec(config.connector_type)?.[1];
  if (depth !== undefined) return { kind: 'mlp', depth: Number(depth) };
  return {
    kind: 'resampler',
    numQueries: config.num_queries!,
    depth: config.num_resampler_layers!,
    heads: 8,
    headDim: 64,
  };
}

const int32 = (data: Int32Array, shape: readonly number[] = [data.length]): TensorData => ({
  dtype: 'int32',
  shape,
  data,
});

/** Feeds and shapes of samples: one length and one number of targets, so that few programs are compiled. */
export function batchOf(
  structure: VlmStructure,
  { samples }: Data,
  indices: readonly number[],
  maxLength: number,
  pixels: TensorData,
) {
  const batch = collate(
    indices.map((index) => {
      const { image, input_ids, labels } = samples[index]!;
      return { ids: input_ids, labels, images: image === null ? [] : [image] };
    }),
    {
      vocabulary: structure.llm.vocab_size,
      imageTokens: imageTokens(structure),
      maxLength,
      lengthBucket: 32,
      maskedId: null,
    },
  );
  const { length, rows, targets, labels, images } = batch;
  const shape = { batch: indices.length, length, images: images.length, targets: indices.length * length };
  const padded = (values: Int32Array, fill: number): TensorData => {
    const data = new Int32Array(shape.targets).fill(fill);
    data.set(values);
    return int32(data);
  };
  const size = pixels.data.length / pixels.shape[0]!;
  const chosen = new Float32Array(images.length * size);
  images.forEach((image, i) => chosen.set(pixels.data.subarray(image * size, (image + 1) * size), i * size));
  const feeds: Tensors = {
    ...rotaryTables(structure.llm, length),
    mask: causalMask(length),
    pixels: { dtype: 'float32', shape: [images.length, ...pixels.shape.slice(1)], data: chosen },
    rows: int32(rows, [indices.length, length]),
    targets: padded(targets, 0),
    labels: padded(labels, -100),
    loss_scale: { dtype: 'float32', shape: [], data: Float32Array.of(1 / targets.length) },
  };
  return { shape, feeds, targets: targets.length };
}

/** Whether a stage trains a parameter. */
export const isTrained = ({ tune }: Stage, name: string, hasLora: boolean): boolean => {
  if (name.startsWith('connector.')) return tune.connector === 'full';
  if (name.startsWith('llm.')) return tune.llm === 'full' || (hasLora && name.includes('.lora_'));
  const layer = /encoder\.layers\.(\d+)\./.exec(name)?.[1];
  return tune.vision_tower === 'partially-tune' && Number(layer) >= tune.vision_from_layer!;
};

export const within = (actual: number, expected: number, relative: number): boolean =>
  Math.abs(actual - expected) <= relative * Math.abs(expected);

/** The better of the two errors that the case allows, in units of its tolerance. */
export function weightError(
  actual: TensorData,
  expected: TensorData,
  initial: TensorData,
  tolerance: TwoStageCase['tolerance'],
): number {
  let [difference, update, largest] = [0, 0, 0];
  expected.data.forEach((wanted, i) => {
    difference += (actual.data[i]! - wanted) ** 2;
    update += (wanted - initial.data[i]!) ** 2;
    largest = Math.max(largest, Math.abs(actual.data[i]! - wanted));
  });
  return Math.min(
    largest / tolerance.weight_max_abs,
    Math.sqrt(difference / update) / tolerance.weight_update_rel_l2,
  );
}
