import { IMAGE_ID, NO_TARGET } from '../text/template.js';

/** A tokenised sample: ids with -200 for its image, labels of the same length. */
export interface Sample {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /** Index into the list of images; null = text only. */
  readonly image: number | null;
}

/** A micro-batch as the training graph takes it (models/vlm.ts). */
export interface Batch {
  readonly rows: Int32Array;
  readonly batch: number;
  /** Positions a row, a multiple of the bucket. */
  readonly length: number;
  /** Images in the order of their rows. */
  readonly images: readonly number[];
  /** Positions whose next token is a target. */
  readonly targets: Int32Array;
  readonly labels: Int32Array;
}

export interface CollateOptions {
  readonly vocabulary: number;
  /** Tokens an image takes. */
  readonly imageTokens: number;
  /** Longest merged sequence (`tokenizer_model_max_length`). */
  readonly maxLength: number;
  /** Lengths are rounded up to a multiple, so that few shapes exist. */
  readonly lengthBucket: number;
}

/**
 * Merges images into rows, cuts, pads to the right. Text before the merge is cut to `maxLength` too, as the collator does.
 * Padding indexes the zero row; it is never a target. Source: Factory `DataCollatorForSupervisedDataset` and
 * `prepare_inputs_labels_for_multimodal` (vlm.md 4.4, 4.5).
 */
export function collate(samples: readonly Sample[], options: CollateOptions): Batch {
  const { vocabulary, imageTokens, maxLength, lengthBucket } = options;
  const images: number[] = [];
  const merged = samples.map(({ ids, labels, image }) => {
    const rows: number[] = [];
    const targets: number[] = [];
    ids.slice(0, maxLength).forEach((id, i) => {
      if (id !== IMAGE_ID) {
        rows.push(id);
        targets.push(labels[i]!);
        return;
      }
      const first = vocabulary + images.length * imageTokens;
      if (image === null) return;
      images.push(image);
      for (let t = 0; t < imageTokens; t += 1) {
        rows.push(first + t);
        targets.push(NO_TARGET);
      }
    });
    return { rows: rows.slice(0, maxLength), targets: targets.slice(0, maxLength) };
  });
  const longest = Math.max(...merged.map(({ rows }) => rows.length));
  const length = Math.ceil(longest / lengthBucket) * lengthBucket;
  const zeroRow = vocabulary + images.length * imageTokens;
  const rows = new Int32Array(samples.length * length).fill(zeroRow);
  const targets: number[] = [];
  const labels: number[] = [];
  merged.forEach((sample, b) => {
    rows.set(sample.rows, b * length);
    for (let t = 0; t + 1 < sample.rows.length; t += 1) {
      if (sample.targets[t + 1] === NO_TARGET) continue;
      targets.push(b * length + t);
      labels.push(sample.targets[t + 1]!);
    }
  });
  return {
    rows,
    batch: samples.length,
    length,
    images,
    targets: Int32Array.from(targets),
    labels: Int32Array.from(labels),
  };
}
