import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { pairedDifference, wilsonInterval } from './intervals.js';

describe('wilsonInterval', () => {
  // Sources: Newcombe 1998 (81/263, 15/148, 0/20, 1/29), table I, method 3, four decimals.
  it.each([
    [81, 263, 0.2553, 0.3662],
    [15, 148, 0.0624, 0.1605],
    [0, 20, 0, 0.1611],
    [1, 29, 0.0061, 0.1718],
  ])('%i of %i: %d to %d', (successes, n, low, high) => {
    const interval = wilsonInterval(successes, n);
    expect(interval.low).toBeCloseTo(low, 4);
    expect(interval.high).toBeCloseTo(high, 4);
  });

  it('holds the share, keeps within 0 and 1, and mirrors when failures are counted', () => {
    const counts = fc
      .integer({ min: 1, max: 5000 })
      .chain((n) => fc.tuple(fc.integer({ min: 0, max: n }), fc.constant(n)));
    fc.assert(
      fc.property(counts, ([successes, n]) => {
        const { low, high } = wilsonInterval(successes, n);
        const mirrored = wilsonInterval(n - successes, n);
        expect(low).toBeGreaterThanOrEqual(0);
        expect(low).toBeLessThanOrEqual(successes / n);
        expect(high).toBeGreaterThanOrEqual(successes / n);
        expect(high).toBeLessThanOrEqual(1);
        expect(high - low).toBeGreaterThan(0);
        expect(mirrored.low).toBeCloseTo(1 - high, 12);
      }),
    );
  });

  it.each([
    [0, 0],
    [3, 2],
    [-1, 2],
    [Number.NaN, 2],
  ])('refuses %d of %d', (successes, n) => {
    expect(() => wilsonInterval(successes, n)).toThrow(RangeError);
  });
});

describe('pairedDifference', () => {
  it('is the mean of differences with its t interval', () => {
    // Differences 1, 0, 1, 0, 0: mean 0.4, sd sqrt(0.3), t(4) = 2.776445.
    const { n, mean, low, high } = pairedDifference([1, 1, 1, 0, 0], [0, 1, 0, 0, 0]);
    const half = (2.7764451051977987 * Math.sqrt(0.3)) / Math.sqrt(5);
    expect(n).toBe(5);
    expect(mean).toBeCloseTo(0.4, 12);
    expect(low).toBeCloseTo(0.4 - half, 9);
    expect(high).toBeCloseTo(0.4 + half, 9);
  });

  it('has no interval for one question, and none of a width where all differ alike', () => {
    expect(pairedDifference([1], [0])).toMatchObject({ mean: 1, low: null, high: null });
    expect(pairedDifference([3, 2], [2, 1])).toMatchObject({ mean: 1, low: 1, high: 1 });
  });

  it('refuses scores of different questions, and none', () => {
    expect(() => pairedDifference([1, 0], [1])).toThrow('2 scores cannot be paired with 1.');
    expect(() => pairedDifference([], [])).toThrow(RangeError);
  });
});
