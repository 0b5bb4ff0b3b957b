import { describe, expect, it } from '@jest/globals';
import type { Comparison, EffectsView } from '@ablate/contracts';
import { headlineOf } from './headline.js';

const overview = {
  state: 'running' as const,
  stages: { total: 52, done: 12, running: 2, failed: 0, reused: 0 },
  etaSeconds: 190,
  runs: { total: 16, done: 3, failed: 0 },
};
const comparison = {
  best: { id: 'c', label: 'clip · lora', metric: 'vqa/accuracy', mean: 0.44932, n: 2, tied: 0 },
} as Comparison;
const difference = (verdict: string, estimate: number, sentence: string, pHolm = 0.01) => ({
  verdict,
  estimate,
  sentence,
  pHolm,
});
const effects = (...differences: object[]): EffectsView =>
  ({ used: 14, differences, axes: [{ detectable: 0.02 }, { detectable: null }] }) as unknown as EffectsView;

describe('the sentence at the top', () => {
  it('says when a first score comes', () => {
    expect(headlineOf(overview, undefined, undefined)).toEqual({
      says: 'Nothing is measured yet.',
      sure: '12 of 52 stages are done, about 3m 10s left; a cell shows a score once its first evaluation ends.',
    });
    expect(headlineOf({ ...overview, state: 'failed', etaSeconds: null }, undefined, undefined).sure).toBe(
      'It ended failed: 12 of 52 stages are done.',
    );
  });

  it('names the best cell and the largest differences that are none of chance', () => {
    const found = effects(
      difference('difference', 0.01, 'Small.'),
      difference('difference', -0.09, 'Large.'),
      difference('difference', 0.02, 'Middle.'),
      difference('could be noise', 0.5, 'Noise.'),
    );
    expect(headlineOf(overview, comparison, found)).toEqual({
      says: 'Best so far: clip · lora, vqa/accuracy 0.449, mean of 2 runs. Large. Middle. 1 more difference under Effects.',
      sure: '14 of 16 runs count. Corrected for 4 comparisons (Holm), it holds.',
    });
  });

  it('calls what does not survive correction a lead', () => {
    const sureOf = (...pHolm: number[]): string =>
      headlineOf(overview, comparison, effects(...pHolm.map((p) => difference('difference', 0.1, 'x.', p))))
        .sure;
    expect(sureOf(0.07)).toContain('it could be noise: a lead, not a finding.');
    expect(sureOf(0.07, 0.01)).toContain('1 of 2 differences hold.');
  });

  it('says that nothing is certain, and what would have been missed', () => {
    const { says, sure } = headlineOf(overview, comparison, effects(difference('could be noise', 0.01, 'x')));
    expect(says).toContain('No axis makes a difference that could not be noise.');
    expect(sure).toContain('Differences below 0.020 would be missed');
  });
});
