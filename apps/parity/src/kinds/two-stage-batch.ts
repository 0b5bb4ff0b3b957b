import type { TensorData, Tensors } from '@ablate/tensor';
import {
  causalMask,
  collate,
  imageTokens,
  NO_TARGET,
  rotaryTables,
  type StepShape,
  type VlmStructure,
} from '@ablate/vlm';
import { imagesAt } from './factory-model.js';
import { int32 } from './graphs.js';
import type { Data } from './two-stage-case.js';

/** Feeds and shapes of samples: one length and one number of targets, so that few programs are compiled. */
export function batchOf(
  structure: VlmStructure,
  { samples }: Data,
  indices: readonly number[],
  maxLength: number,
  pixels: TensorData,
): { shape: StepShape; feeds: Tensors; targets: number } {
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
  const feeds: Tensors = {
    ...rotaryTables(structure.llm, length),
    mask: causalMask(length),
    pixels: imagesAt(pixels, images),
    rows: int32(rows, [indices.length, length]),
    targets: padded(targets, 0),
    labels: padded(labels, NO_TARGET),
    loss_scale: { dtype: 'float32', shape: [], data: Float32Array.of(1 / targets.length) },
  };
  return { shape, feeds, targets: targets.length };
}
