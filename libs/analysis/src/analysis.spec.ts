import { describe, expect, it } from '@jest/globals';
import { cellMeans, type Score } from './cell-means.js';
import { meanInterval } from './mean-interval.js';

const metric = 'emoji-vqa/accuracy';

describe('meanInterval', () => {
  it('is mean ± t sd / sqrt(n)', () => {
    // R: t.test(c(4.9, 5.1, 5.6, 4.4, 5.0)): mean 5, 95 percent interval 4.465614 5.534386
    const { n, mean, sd, low, high } = meanInterval([4.9, 5.1, 5.6, 4.4, 5.0]);
    expect([n, mean]).toEqual([5, 5]);
    expect(sd).toBeCloseTo(Math.sqrt(0.185), 10);
    expect(low).toBeCloseTo(5 - (2.7764451051977987 * Math.sqrt(0.185)) / Math.sqrt(5), 10);
    expect(high).toBeCloseTo(5 + (2.7764451051977987 * Math.sqrt(0.185)) / Math.sqrt(5), 10);
  });
  it('has no spread for one value and no mean for none', () => {
    expect(meanInterval([3])).toEqual({ n: 1, mean: 3, sd: null, low: null, high: null });
    expect(() => meanInterval([])).toThrow(RangeError);
  });
});

describe('cells', () => {
  const scores: Score[] = [
    { cellId: 'b', seed: 1, metric, value: 0.5 },
    { cellId: 'b', seed: 2, metric, value: 0.7 },
    { cellId: 'a', seed: 1, metric, value: 0.6 },
    { cellId: 'a', seed: 1, metric: 'emoji-pope/accuracy', value: 0.9 },
  ];
  it('have a mean for each metric', () => {
    expect(cellMeans(scores)).toMatchObject([
      { cellId: 'b', metric, n: 2, mean: 0.6 },
      { cellId: 'a', metric, n: 1, mean: 0.6, low: null },
      { cellId: 'a', metric: 'emoji-pope/accuracy', n: 1, mean: 0.9 },
    ]);
  });
});
