import { AblateError } from '@ablate/errors';
import { IMAGE_ID, NO_TARGET } from '../text/messages.js';

/** A row of a batch: its tokens with -200 where an image stands, and which of them are attended. */
export interface TokenRow {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
  readonly mask: readonly boolean[];
  /**
   * Images, one for each placeholder; the last one serves those beyond (where the reference fails). Empty = text only: a placeholder
   * then stands for nothing (the reference puts a black picture there).
   */
  readonly images: readonly number[];
}

/** A row with images in their places: indices into [embedding table (V), image tokens in the order of `used`, ...]. */
export interface MergedRow {
  readonly rows: readonly number[];
  readonly labels: readonly number[];
}

export interface MergeOptions {
  readonly vocabulary: number;
  /** Tokens an image takes. */
  readonly imageTokens: number;
  /** Longest merged sequence; a cut may go through an image. */
  readonly maxLength: number;
}

/**
 * Puts image tokens in the place of placeholders and drops what is not attended. An image's own tokens are never targets, whatever
 * the label of its placeholder. The images that are used are appended to `used`. Errors: `TOKEN_OUTSIDE_VOCABULARY`.
 * Source: TinyLLaVA Factory, `prepare_inputs_labels_for_multimodal`.
 */
export function mergeRow(
  { ids, labels, mask, images }: TokenRow,
  { vocabulary, imageTokens, maxLength }: MergeOptions,
  used: number[],
): MergedRow {
  const rows: number[] = [];
  const targets: number[] = [];
  let placeholders = 0;
  ids.forEach((id, i) => {
    if (!mask[i]) return;
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
    } else {
      if (id < 0 || id >= vocabulary) throw outside(id, vocabulary);
      rows.push(id);
      targets.push(labels[i]!);
    }
  });
  return { rows: rows.slice(0, maxLength), labels: targets.slice(0, maxLength) };
}

/** Rows of one length: padding is `zeroRow`, never a target, not attended, at position 0. */
export interface LaidOut {
  readonly rows: Int32Array;
  readonly labels: Int32Array;
  readonly mask: readonly boolean[];
  readonly positions: Int32Array;
}

/** Pads merged rows to `length`, on the right as in training or on the left. Flattened [row, position]. */
export function layOut(
  merged: readonly MergedRow[],
  length: number,
  zeroRow: number,
  side: 'right' | 'left' = 'right',
): LaidOut {
  const rows = new Int32Array(merged.length * length).fill(zeroRow);
  const labels = new Int32Array(rows.length).fill(NO_TARGET);
  const positions = new Int32Array(rows.length);
  const mask = new Array<boolean>(rows.length).fill(false);
  merged.forEach((row, b) => {
    const from = b * length + (side === 'right' ? 0 : length - row.rows.length);
    rows.set(row.rows, from);
    labels.set(row.labels, from);
    row.rows.forEach((_, t) => (positions[from + t] = t));
    mask.fill(true, from, from + row.rows.length);
  });
  return { rows, labels, mask, positions };
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
