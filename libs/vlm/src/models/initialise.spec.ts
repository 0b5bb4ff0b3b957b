import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { initialise } from './initialise.js';
import { linearSpecs, normal, normSpecs, type ParameterSpec } from './params.js';

const specs: readonly ParameterSpec[] = [
  ...linearSpecs('a', 40, 50, normal(0.02)),
  ...linearSpecs('b', 40, 50, normal(0.02)),
  ...normSpecs('c', 8),
  { name: 'd', shape: [500], init: { kind: 'uniform', limit: 0.3 } },
];
const drawn = (seed: number, some = specs): Record<string, number[]> =>
  Object.fromEntries([...initialise(some, seed)].map(([name, { data }]) => [name, [...data]]));

describe('initialise', () => {
  it('is a function of the seed and the name: neither order nor company matters', () => {
    const all = drawn(11);
    const subsets = fc.shuffledSubarray([...specs], { minLength: 1 });
    fc.assert(
      fc.property(subsets, (some) => {
        for (const [name, data] of Object.entries(drawn(11, some))) expect(data).toEqual(all[name]);
      }),
      { numRuns: 20 },
    );
  });

  it('draws other numbers for another name or seed', () => {
    const all = drawn(11);
    expect(all['a.weight']).not.toEqual(all['b.weight']);
    expect(drawn(12)['a.weight']).not.toEqual(all['a.weight']);
  });

  it('draws the distributions that it is asked for', () => {
    const all = drawn(11);
    const weights = all['a.weight']!;
    const mean = weights.reduce((total, value) => total + value, 0) / weights.length;
    const variance = weights.reduce((total, value) => total + (value - mean) ** 2, 0) / weights.length;
    // 2000 draws: the standard errors are 0.02 / sqrt(2000) and 0.02 / sqrt(4000); five of each.
    expect(Math.abs(mean)).toBeLessThan(0.0023);
    expect(Math.abs(Math.sqrt(variance) - 0.02)).toBeLessThan(0.0016);
    expect(all['a.bias']).toEqual(new Array(50).fill(0));
    expect(all['c.weight']).toEqual(new Array(8).fill(1));
    expect(Math.max(...all['d']!)).toBeLessThan(0.3);
    expect(Math.min(...all['d']!)).toBeGreaterThan(-0.3);
    expect(Math.max(...all['d']!) - Math.min(...all['d']!)).toBeGreaterThan(0.55);
  });
});
