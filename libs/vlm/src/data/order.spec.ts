import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readJson } from '../../test/golden.js';
import {
  lengthGrouped,
  modalityGrouped,
  modalityLength,
  permutations,
  splitToEvenChunks,
  wordLength,
  type Permute,
} from './order.js';
import type { Message } from '../text/messages.js';

interface Grouped {
  name: string;
  lengths?: number[];
  modality_lengths?: number[];
  batch_size: number;
  world_size: number;
  permutations: { n: number; permutation: number[] }[];
  order?: number[];
  error?: string;
}

/** Gives stored permutations in turn. */
function stored(draws: Grouped['permutations']): Permute {
  const left = [...draws];
  return (n) => {
    const draw = left.shift()!;
    expect(draw.n).toBe(n);
    return draw.permutation;
  };
}

describe('orders equal the Factory on its permutations', () => {
  it.each(readJson<Grouped[]>('golden/sampler/modality_grouped.json'))(
    'by modality and length: $name',
    ({ modality_lengths, batch_size, world_size, permutations: draws, order, error }) => {
      const run = (): number[] => modalityGrouped(modality_lengths!, batch_size, world_size, stored(draws));
      if (error === undefined) expect(run()).toEqual(order);
      else
        expect(run).toThrow(
          expect.objectContaining({
            code: error.startsWith('AssertionError') ? 'ZERO_LENGTH' : 'ONE_MODALITY',
          }),
        );
    },
  );

  it.each(readJson<Grouped[]>('golden/sampler/length_grouped.json'))(
    'by length: $name',
    ({ lengths, batch_size, world_size, permutations: draws, order }) => {
      expect(lengthGrouped(lengths!, batch_size, world_size, stored(draws))).toEqual(order);
    },
  );

  it('splits into even chunks', () => {
    const cases = readJson<
      { indices: number[]; lengths: number[]; num_chunks: number; chunks: number[][] }[]
    >('golden/sampler/split_to_even_chunks.json');
    for (const { indices, lengths, num_chunks, chunks } of cases)
      expect(splitToEvenChunks(indices, lengths, num_chunks)).toEqual(chunks);
  });

  it('measures samples', () => {
    const cases = readJson<
      {
        record: { id: string; image?: string; conversations: Message[] };
        length: number;
        modality_length: number;
      }[]
    >('golden/sampler/lengths.json');
    for (const { record, length, modality_length } of cases) {
      const { id, image, conversations } = record;
      const sample = { id, images: image === undefined ? [] : [image], conversations };
      expect([id, modalityLength(sample), wordLength(sample)]).toEqual([id, modality_length, length]);
    }
  });
});

describe('permutations', () => {
  const ascending = (values: readonly number[]): number[] => [...values].sort((a, b) => a - b);
  const upTo = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

  it('permutes, by seed and epoch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 31 }), fc.nat(9), fc.nat(60), (seed, epoch, n) => {
        expect(ascending(permutations(seed, epoch)(n))).toEqual(upTo(n));
        expect(permutations(seed, epoch)(n)).toEqual(permutations(seed, epoch)(n));
      }),
    );
    expect(permutations(1, 0)(40)).not.toEqual(permutations(1, 1)(40));
    expect(permutations(1, 0)(40)).not.toEqual(permutations(2, 0)(40));
    const draw = permutations(1, 0);
    expect(draw(40)).not.toEqual(draw(40));
  });

  it('uses every sample once when grouped, whatever the lengths', () => {
    const length = fc.oneof(fc.integer({ min: 1, max: 90 }), fc.integer({ min: -90, max: -1 }));
    fc.assert(
      fc.property(
        fc.array(length, { minLength: 2, maxLength: 70 }),
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (lengths, batchSize, worldSize) => {
          fc.pre(lengths.some((n) => n > 0) && lengths.some((n) => n < 0));
          expect(ascending(modalityGrouped(lengths, batchSize, worldSize, permutations(5, 0)))).toEqual(
            upTo(lengths.length),
          );
        },
      ),
    );
  });
});
