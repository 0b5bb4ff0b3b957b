import { AblateError } from '@ablate/errors';
import { IMAGE_ID, NO_TARGET } from '../text/template.js';

/** A tokenised sample: ids with -200 where an image stands, labels of the same length. */
export interface Sample {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  /**
   * Indices into the list of images, one for each placeholder; the last one serves those beyond. Empty = text only: a placeholder then
   * stands for nothing (the reference puts a black picture there).
   */
  readonly images: readonly number[];
}

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

interface MergedRow {
  readonly rows: readonly number[];
  readonly labels: readonly number[];
}

/**
 * Merges images into rows, cuts, pads to the right. Text is cut to `maxLength` before the merge too; an image's own tokens are never
 * targets, whatever the label of its placeholder. Errors: `TOKEN_OUTSIDE_VOCABULARY` where tokenizer and embedding table do not meet.
 * Source: TinyLLaVA Factory, `DataCollatorForSupervisedDataset` and `prepare_inputs_labels_for_multimodal`.
 */
export function collate(samples: readonly Sample[], options: CollateOptions): Batch {
  const { vocabulary, imageTokens, lengthBucket } = options;
  const images: number[] = [];
  const merged = samples.map((sample) => mergeRow(sample, options, images));
  const longest = Math.max(...merged.map(({ rows }) => rows.length));
  const length = Math.max(1, Math.ceil(longest / lengthBucket)) * lengthBucket;
  const zeroRow = vocabulary + images.length * imageTokens;
  const rows = new Int32Array(samples.length * length).fill(zeroRow);
  const targets: number[] = [];
  const labels: number[] = [];
  merged.forEach((sample, b) => {
    rows.set(sample.rows, b * length);
    sample.labels.slice(1).forEach((label, t) => {
      if (label === NO_TARGET) return;
      targets.push(b * length + t);
      labels.push(label);
    });
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

/** One row; the images that it uses are appended to `used`. */
function mergeRow(
  { ids, labels, images }: Sample,
  { vocabulary, imageTokens, maxLength, maskedId }: CollateOptions,
  used: number[],
): MergedRow {
  const rows: number[] = [];
  const targets: number[] = [];
  let placeholders = 0;
  ids.slice(0, maxLength).forEach((id, i) => {
    if (id === IMAGE_ID) {
      const image = images[placeholders] ?? images.at(-1);
      placeholders += 1;
      if (image === undefined) return;
      const first = vocabulary + used.length * imageTokens;
      used.push(image);
      for (let t = 0; t < imageTokens; t += 1) {
        rows.push(first + t);
        targets.push(NO_TARGET);
      }
    } else if (id !== maskedId) {
      if (id >= vocabulary) throw outside(id, vocabulary);
      rows.push(id);
      targets.push(labels[i]!);
    }
  });
  return { rows: rows.slice(0, maxLength), labels: targets.slice(0, maxLength) };
}

const outside = (id: number, vocabulary: number): AblateError =>
  new AblateError(
    'TOKEN_OUTSIDE_VOCABULARY',
    `The tokenizer gives token ${id}, but the LLM has embeddings for 0 to ${vocabulary - 1} only.`,
    {
      path: 'tokenizer.json',
      value: id,
      rule: 'Every token has a row in the embedding table.',
      fix: 'Use the tokenizer that belongs to this checkpoint.',
    },
  );
