import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { cumulate, randomOf } from './random.js';

describe('randomOf', () => {
  it('gives the same stream for the same seed, another for another', () => {
    const draws = (seed: number): number[] => {
      const random = randomOf(seed);
      return Array.from({ length: 20 }, () => random.integer(0, 1_000_000));
    };
    expect(draws(7)).toEqual(draws(7));
    expect(draws(7)).not.toEqual(draws(8));
  });

  it('shuffles without loss', () => {
    fc.assert(
      fc.property(fc.integer(), fc.array(fc.integer()), (seed, items) => {
        expect(randomOf(seed).shuffle(items).sort()).toEqual([...items].sort());
      }),
    );
  });

  it('draws in proportion to weights and never what has none', () => {
    const random = randomOf(3);
    const counts = [0, 0, 0, 0];
    const cumulative = cumulate([1, 0, 3, 4]);
    for (let i = 0; i < 8000; i += 1) counts[random.weighted(cumulative)]! += 1;
    expect(counts[1]).toBe(0);
    // Four standard deviations of a binomial of 8,000 draws.
    expect(Math.abs(counts[0]! - 1000)).toBeLessThan(120);
    expect(Math.abs(counts[2]! - 3000)).toBeLessThan(175);
    expect(Math.abs(counts[3]! - 4000)).toBeLessThan(180);
  });
});
