import { describe, expect, it } from '@jest/globals';
import { factorsOf } from '../linear/factors.js';
import { coverageOfEffects, coverageOfMixed, coverageOfNested, coverageOfPairs } from './coverage.js';

const simulating = { simulations: 2000, seed: 7 };
const honest = (coverage: number): void => {
  expect(coverage).toBeGreaterThanOrEqual(0.93);
  expect(coverage).toBeLessThanOrEqual(0.97);
};

describe('95 % intervals over 2,000 experiments', () => {
  it('hold the truth for every level difference of a two-way model', () => {
    const factors = factorsOf({
      axes: { encoder: ['clip', 'siglip'], connector: ['linear', 'mlp', 'resampler'] },
    });
    const found = coverageOfEffects(factors, 3, 1.4, ([a = 0, b = 0]) => 60 + a - 2 * b + a * b, simulating);
    expect(found.map(({ contrast }) => contrast)).toEqual([
      'encoder:siglip-clip',
      'connector:mlp-linear',
      'connector:resampler-linear',
      'connector:resampler-mlp',
    ]);
    expect(found.map((one) => one.true)).toEqual([2, -1.5, -3, -1.5]);
    for (const { coverage } of found) honest(coverage);
  });

  it('hold it for nested replicates by stage means, and fall short where runs pass for independent', () => {
    const factors = factorsOf({ axes: { encoder: ['clip', 'siglip'], connector: ['linear', 'mlp'] } });
    const shared = { stagesPerCell: 3, finetunesPerStage: 3, stageSd: 1, residualSd: 0.7, effect: 1 };
    const { aggregate, naive } = coverageOfNested(factors, shared, simulating);
    honest(aggregate);
    expect(naive).toBeLessThan(0.85);
  });

  it('hold it for unbalanced nested replicates by REML with Satterthwaite df', () => {
    const { between, within, shareAtBoundary } = coverageOfMixed(
      {
        levelsBetween: 2,
        stagesPerLevel: 6,
        levelsWithin: 2,
        finetunesEach: 2,
        stageSd: 1,
        residualSd: 0.7,
        betweenEffect: 1,
        withinEffect: 0.5,
        loss: 0.2,
      },
      simulating,
    );
    honest(between);
    honest(within);
    expect(shareAtBoundary).toBeLessThan(0.02);
  });

  it('hold it for paired differences', () => honest(coverageOfPairs(0.4, 1.1, 12, simulating)));
});
