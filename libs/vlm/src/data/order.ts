import { AblateError } from '@ablate/errors';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { namedSeed } from '../models/initialise.js';
import type { Message } from '../text/messages.js';
import { pythonWords } from '../text/python-strip.js';

/** Draws a permutation of 0..n-1. */
export type Permute = (n: number) => number[];

/** Permutations of one epoch, by (seed, epoch): the place of torch.randperm. */
export function permutations(seed: number, epoch: number): Permute {
  const random = xoroshiro128plus(namedSeed(seed, `order.${epoch}`));
  return (n) => {
    const order = Array.from({ length: n }, (_, i) => i);
    for (let i = n - 1; i > 0; i -= 1) {
      const j = uniformInt(random, 0, i);
      [order[i], order[j]] = [order[j]!, order[i]!];
    }
    return order;
  };
}

/** What of a record its length is made of. */
interface Measured {
  readonly images: readonly string[];
  readonly conversations: readonly Message[];
}

/** Words of all turns; negative for a sample without an image. Source: Factory `modality_lengths`. */
export const modalityLength = ({ images, conversations }: Measured): number => {
  const words = wordsOf(conversations);
  return images.length === 0 ? 0 - words : words;
};

const wordsOf = (conversations: Measured['conversations']): number =>
  conversations.reduce((total, { value }) => total + pythonWords(value ?? '').length, 0);
/** What the reference adds to a length for an image, whatever the encoder. Source: Factory `LazySupervisedDataset.lengths`. */
const IMAGE_LENGTH = 128;

/** Words of all turns, and 128 with an image: the length by which samples are grouped where modality does not count. */
export const wordLength = ({ images, conversations }: Measured): number =>
  wordsOf(conversations) + (images.length === 0 ? 0 : IMAGE_LENGTH);

/** Greedy split into chunks of even total length; strided where the indices do not divide. Source: `split_to_even_chunks`. */
export function splitToEvenChunks(
  indices: readonly number[],
  lengths: readonly number[],
  chunks: number,
): number[][] {
  if (indices.length % chunks !== 0) {
    return Array.from({ length: chunks }, (_, chunk) => indices.filter((_index, i) => i % chunks === chunk));
  }
  const size = indices.length / chunks;
  const result: number[][] = Array.from({ length: chunks }, () => []);
  const totals = new Array<number>(chunks).fill(0);
  for (const index of indices) {
    const shortest = totals.indexOf(Math.min(...totals));
    result[shortest]!.push(index);
    totals[shortest]! += lengths[index]!;
    if (result[shortest]!.length === size) totals[shortest] = Infinity;
  }
  return result;
}

const chunksOf = (indices: readonly number[], size: number): number[][] =>
  Array.from({ length: Math.ceil(indices.length / size) }, (_, i) => indices.slice(i * size, (i + 1) * size));

/** Order by length within random megabatches. Source: `get_length_grouped_indices`. */
export function lengthGrouped(
  lengths: readonly number[],
  batchSize: number,
  worldSize: number,
  permute: Permute,
): number[] {
  const order = permute(lengths.length);
  return chunksOf(order, worldSize * batchSize).flatMap((group) => {
    const sorted = [...group].sort((a, b) => lengths[b]! - lengths[a]!);
    return splitToEvenChunks(sorted, lengths, worldSize).flat();
  });
}

/**
 * Order in which megabatches (`batchSize * worldSize` samples, the last ones excepted) are of one modality and of like length, and
 * shuffled. Lengths are those of `modalityLength`. Permutations are drawn for samples with images, for the others, for the megabatches.
 * Errors: `ZERO_LENGTH` and `ONE_MODALITY`, where the reference fails too.
 * Source: TinyLLaVA Factory, `get_modality_length_grouped_indices`.
 */
export function modalityGrouped(
  lengths: readonly number[],
  batchSize: number,
  worldSize: number,
  permute: Permute,
): number[] {
  checkLengths(lengths);
  const mega = worldSize * batchSize;
  const kind = (wanted: (length: number) => boolean): number[][] => {
    const members = lengths.flatMap((length, index) => (wanted(length) ? [index] : []));
    const grouped = lengthGrouped(
      members.map((index) => Math.abs(lengths[index]!)),
      batchSize,
      worldSize,
      permute,
    ).map((i) => members[i]!);
    return chunksOf(grouped, mega);
  };
  const withImage = kind((length) => length > 0);
  const textOnly = kind((length) => length < 0);
  const rest = [...(withImage.at(-1) ?? []), ...(textOnly.at(-1) ?? [])];
  const full = [...withImage.slice(0, -1), ...textOnly.slice(0, -1)];
  const shuffled = permute(full.length).map((i) => full[i]!);
  const batches = chunksOf(rest, mega);
  const [first, ...others] = batches;
  const leads = first && first.length === mega;
  return [...(leads ? first : []), ...shuffled.flat(), ...(leads ? others : batches).flat()];
}

function checkLengths(lengths: readonly number[]): void {
  const empty = lengths.indexOf(0);
  if (empty >= 0) {
    throw new AblateError('ZERO_LENGTH', `groupByModalityLength: record ${empty} has no words.`, {
      path: `[${empty}].conversations`,
      value: 0,
      rule: 'Every record has a word, so that its length is known.',
      fix: 'Remove the record, or set groupByModalityLength to false.',
    });
  }
  if (!lengths.some((length) => length > 0) || !lengths.some((length) => length < 0)) {
    throw new AblateError('ONE_MODALITY', 'groupByModalityLength needs records with and without images.', {
      path: 'groupByModalityLength',
      value: true,
      rule: 'At least one record with an image and one without.',
      fix: 'Set groupByModalityLength to false.',
    });
  }
}
