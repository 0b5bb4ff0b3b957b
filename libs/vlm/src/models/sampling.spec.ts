import { describe, expect, it } from '@jest/globals';
import { largest, samplingProbabilities, tokenSampler } from './sampling.js';

const logits = Float32Array.of(1, 3, 2, 3, -1);
const all = { temperature: 1, topK: null, topP: null };

describe('sampling', () => {
  it('without limits is a softmax of logits over the temperature', () => {
    const probabilities = samplingProbabilities(logits, { ...all, temperature: 2 });
    const weights = Array.from(logits, (x) => Math.exp(x / 2));
    const total = weights.reduce((a, b) => a + b);
    probabilities.forEach((value, i) => expect(value).toBeCloseTo(weights[i]! / total, 12));
  });
  it('top-k keeps ties with the last token kept', () => {
    expect([...samplingProbabilities(logits, { ...all, topK: 1 })]).toEqual([0, 0.5, 0, 0.5, 0]);
    expect([...samplingProbabilities(logits, { ...all, topK: 3 })].filter((p) => p > 0)).toHaveLength(3);
    expect([...samplingProbabilities(logits, { ...all, topK: 99 })].filter((p) => p > 0)).toHaveLength(5);
  });
  it('top-p keeps the fewest tokens that reach p, at least one', () => {
    const even = Float32Array.from([0.5, 0.25, 0.125, 0.125], Math.log);
    const kept = (topP: number) => [...samplingProbabilities(even, { ...all, topP })].map((p) => p > 0);
    expect(kept(0.01)).toEqual([true, false, false, false]);
    expect(kept(0.6)).toEqual([true, true, false, false]);
    expect(kept(0.8)).toEqual([true, true, true, false]);
    expect(kept(1)).toEqual([true, true, true, true]);
  });
  it('draws by the seed and the row, with the frequencies of the probabilities', () => {
    const draw = (seed: number, row: number): number[] => {
      const sample = tokenSampler({ ...all, seed }, row);
      return Array.from({ length: 4000 }, () => sample(logits));
    };
    expect(draw(1, 0)).toEqual(draw(1, 0));
    expect(draw(1, 0)).not.toEqual(draw(1, 1));
    expect(draw(1, 0)).not.toEqual(draw(2, 0));
    const probabilities = samplingProbabilities(logits, all);
    const drawn = draw(3, 0);
    probabilities.forEach((p, token) =>
      expect(Math.abs(drawn.filter((one) => one === token).length / 4000 - p)).toBeLessThan(0.03),
    );
  });
  it('greedy takes the smaller id of equal logits', () => {
    expect(largest(logits)).toBe(1);
  });
});
