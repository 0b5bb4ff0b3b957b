import { describe, expect, it } from '@jest/globals';
import { compareQuestions } from './compare-questions.js';
import { signFlip } from './sign-flip.js';

const first = [1, 0, 0, 1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0];
const second = [1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 0, 1, 1, 1, 0, 1, 0, 1, 1, 0];

describe('compareQuestions', () => {
  it('gives the same answer for the same seed, and McNemar for 0/1 marks only', () => {
    const found = compareQuestions(first, second);
    expect(found).toEqual(compareQuestions(first, second));
    expect(found.bootstrap).not.toEqual(compareQuestions(first, second, { seed: 2 }).bootstrap);
    expect(found).toMatchObject({
      questions: 20,
      difference: 0.3,
      mcnemar: { onlyFirstRight: 1, onlySecondRight: 7 },
    });
    expect(
      compareQuestions(
        first.map((mark) => 0.9 * mark),
        second,
      ).mcnemar,
    ).toBeNull();
  });
  it('has no BCa interval where all questions differ alike', () => {
    const { bootstrap } = compareQuestions([0, 0, 0], [1, 1, 1]);
    expect(bootstrap).toMatchObject({ percentile: [1, 1], bca: null, z0: null });
  });
  it('refuses marks of other questions', () => {
    expect(() => compareQuestions([1], [1, 0])).toThrow(RangeError);
  });
});

describe('signFlip', () => {
  it('counts all patterns', () => {
    // R: mean(abs(as.matrix(expand.grid(rep(list(c(-1, 1)), 3))) %*% c(1, 2, 3)) >= 6) is 2/8.
    expect(signFlip([1, 2, 3])).toEqual({ difference: 2, pTwoSided: 0.25, pGreater: 0.125, permutations: 8 });
    expect(() => signFlip([])).toThrow(RangeError);
  });
});
