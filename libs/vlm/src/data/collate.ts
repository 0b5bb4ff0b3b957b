import { NO_TARGET } from '../text/messages.js';
import { layOut, mergeRow, type TokenRow } from './merge.js';
import { padBatch } from './pad-batch.js';

/** A tokenised sample: ids with -200 where an image stands, labels of the same length, indices into the list of images. */
export type Sample = Omit<TokenRow, 'mask'>;

/** Padding before the merge, which drops it. */
const PADDING = -1;

/** A micro-batch as the training graph takes it. */
export interface Batch {
  /**
   * int32 [batch, length], indices into concat(embedding table [V], image rows, one zero row): token t is t, token p of the batch's image i
   * is V + i * imageTokens + p, padding is the zero row.
   */
  readonly rows: Int32Array;
  readonly batch: number;
  /** Positions a row, a multiple of the bucket. */
  readonly length: number;
  /** Images in the order of their rows, as indices into the list of images. */
  readonly images: readonly number[];
  /** Positions in the flattened rows whose next token is a target, ascending. */
  readonly targets: Int32Array;
  /** Their next tokens. */
  readonly labels: Int32Array;
}

export interface CollateOptions {
  readonly vocabulary: number;
  /** Tokens an image takes. */
  readonly imageTokens: number;
  /** Longest sequence, before and after the merge (`tokenizer_model_max_length`). */
  readonly maxLength: number;
  /** Lengths are rounded up to a multiple, so that few shapes exist. */
  readonly lengthBucket: number;
  /** Token that is left out wherever it stands, `Tokenizer.maskedId` in training; null = none. */
  readonly maskedId: number | null;
}

/**
 * Merges images into rows, cuts, pads to the right. Text is cut to `maxLength` before the merge too. Errors:
 * `TOKEN_OUTSIDE_VOCABULARY` where tokenizer and embedding table do not meet. Source: `padBatch`, `mergeRow`.
 */
export function collate(samples: readonly Sample[], options: CollateOptions): Batch {
  const { vocabulary, imageTokens, maxLength, maskedId, lengthBucket } = options;
  const padded = padBatch(samples, { padId: PADDING, maskedId, maxLength });
  const images: number[] = [];
  const merged = samples.map((sample, b) =>
    mergeRow(
      { ids: padded.ids[b]!, labels: padded.labels[b]!, mask: padded.mask[b]!, images: sample.images },
      options,
      images,
    ),
  );
  const longest = Math.max(...merged.map(({ rows }) => rows.length));
  const length = Math.max(1, Math.ceil(longest / lengthBucket)) * lengthBucket;
  const { rows, labels: byPosition } = layOut(merged, length, vocabulary + images.length * imageTokens);
  const targets: number[] = [];
  const labels: number[] = [];
  byPosition.forEach((label, at) => {
    // The first position of a row follows nothing, so it is never predicted.
    if (label === NO_TARGET || at % length === 0) return;
    targets.push(at - 1);
    labels.push(label);
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
