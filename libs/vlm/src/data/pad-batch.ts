import { NO_TARGET } from '../text/messages.js';

export interface PadOptions {
  readonly padId: number;
  /** Token that is not attended wherever it stands (`Tokenizer.maskedId`); null = padding alone is not. */
  readonly maskedId: number | null;
  /** Longest row (`tokenizer_model_max_length`). */
  readonly maxLength: number;
}

/** Rows of one length. */
export interface PaddedBatch {
  readonly ids: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  /** Which positions are attended. */
  readonly mask: readonly (readonly boolean[])[];
}

/**
 * Pads rows to the right, to the longest one, and cuts all to `maxLength`. Where padding is the end token, end tokens of a text stay
 * attended; where it is another, that token is hidden in texts too. Source: TinyLLaVA Factory, `DataCollatorForSupervisedDataset`.
 */
export function padBatch(
  samples: readonly { readonly ids: readonly number[]; readonly labels: readonly number[] }[],
  { padId, maskedId, maxLength }: PadOptions,
): PaddedBatch {
  const longest = Math.max(0, ...samples.map(({ ids }) => ids.length));
  const length = Math.min(longest, maxLength);
  const row = <T>(values: readonly T[], fill: T): T[] =>
    Array.from({ length }, (_, i) => (i < values.length ? values[i]! : fill));
  return {
    ids: samples.map(({ ids }) => row(ids, padId)),
    labels: samples.map(({ labels }) => row(labels, NO_TARGET)),
    mask: samples.map(({ ids }) =>
      row(
        ids.map((id) => id !== maskedId),
        false,
      ),
    ),
  };
}
