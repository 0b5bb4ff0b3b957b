import {
  lengthGrouped,
  modalityGrouped,
  modalityLength,
  splitToEvenChunks,
  wordLength,
  type Message,
  type Permute,
} from '@ablate/vlm';
import { readJson } from '../golden-case.js';
import type { Kind } from '../kinds.js';
import { failsClearly } from './text.js';

interface Grouped {
  readonly name: string;
  readonly lengths?: readonly number[];
  readonly modality_lengths?: readonly number[];
  readonly batch_size: number;
  readonly world_size: number;
  readonly permutations: readonly { readonly n: number; readonly permutation: readonly number[] }[];
  readonly order?: readonly number[];
  readonly error?: string | null;
}
interface Measured {
  readonly record: { readonly image?: string; readonly conversations: readonly Message[] };
  readonly length: number;
  readonly modality_length: number;
}

/** Gives the stored permutations in turn, and says where another length is asked for. */
function stored(draws: Grouped['permutations']): Permute {
  const left = [...draws];
  return (n) => {
    const draw = left.shift();
    if (draw?.n !== n) throw new Error(`a permutation of ${n} is drawn where the reference drew ${draw?.n}`);
    return [...draw.permutation];
  };
}

/** Orders from stored permutations, chunks and lengths, exactly. */
export const sampler: Kind = async (golden, checks) => {
  for (const { name, modality_lengths, ...rest } of readJson<Grouped[]>(golden, 'modality_grouped.json')) {
    const run = () =>
      modalityGrouped(modality_lengths!, rest.batch_size, rest.world_size, stored(rest.permutations));
    if (rest.error) failsClearly(checks, name, run);
    else checks.same(`modality ${name}`, run(), rest.order);
  }
  for (const { name, lengths, ...rest } of readJson<Grouped[]>(golden, 'length_grouped.json')) {
    const run = () => lengthGrouped(lengths!, rest.batch_size, rest.world_size, stored(rest.permutations));
    if (rest.error) failsClearly(checks, name, run);
    else checks.same(`length ${name}`, run(), rest.order);
  }
  const splits = readJson<{ indices: number[]; lengths: number[]; num_chunks: number; chunks: number[][] }[]>(
    golden,
    'split_to_even_chunks.json',
  );
  for (const [i, { indices, lengths, num_chunks, chunks }] of splits.entries())
    checks.same(`chunks ${i}`, splitToEvenChunks(indices, lengths, num_chunks), chunks);
  for (const [i, { record, length, modality_length }] of readJson<Measured[]>(
    golden,
    'lengths.json',
  ).entries()) {
    const { image, conversations } = record;
    const sample = { images: image === undefined ? [] : [image], conversations };
    checks.same(`length of record ${i}`, wordLength(sample), length);
    checks.same(`modality length of record ${i}`, modalityLength(sample), modality_length);
  }
};
