import { collate, padBatch } from '@ablate/vlm';
import { readJson } from '../golden-case.js';
import type { Kind } from '../kinds.js';

interface Batch {
  readonly names: readonly string[];
  readonly model_max_length: number;
  readonly instances: readonly {
    readonly input_ids: readonly number[];
    readonly labels: readonly number[];
  }[];
  readonly input_ids: readonly (readonly number[])[];
  readonly labels: readonly (readonly number[])[];
  readonly attention_mask: readonly (readonly number[])[];
}

/** Padded ids, labels and masks of batches, exactly; and that training's own collation keeps just what is attended. */
export const collateKind: Kind = async (golden, checks) => {
  const { pad_token_id: padId, eos_token_id: eosId } = (
    golden.json as { config: { pad_token_id: number; eos_token_id: number } }
  ).config;
  const maskedId = padId === eosId ? null : padId;
  for (const [i, batch] of readJson<Batch[]>(golden, 'batches.json').entries()) {
    const what = (name: string): string => `batch ${i} (${batch.names.join(', ')}): ${name}`;
    const maxLength = batch.model_max_length;
    const samples = batch.instances.map(({ input_ids, labels }) => ({ ids: input_ids, labels, images: [] }));
    const { ids, labels, mask } = padBatch(samples, { padId, maskedId, maxLength });
    checks.same(what('input_ids'), ids, batch.input_ids);
    checks.same(what('labels'), labels, batch.labels);
    checks.same(
      what('attention_mask'),
      mask.map((row) => row.map(Number)),
      batch.attention_mask,
    );
    const attended = batch.input_ids.map(
      (row, b) => row.filter((id, t) => id >= 0 && batch.attention_mask[b]![t] === 1).length,
    );
    const vocabulary = 1 + Math.max(...batch.input_ids.flat());
    const merged = collate(samples, { vocabulary, imageTokens: 1, maxLength, lengthBucket: 1, maskedId });
    checks.same(what('length after the merge'), merged.length, Math.max(1, ...attended));
  }
};
