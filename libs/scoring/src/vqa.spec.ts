import { describe, expect, it } from '@jest/globals';
import { golden } from '../test/golden.js';
import { normaliseVqa, vqaAccuracy, type VqaRule } from './vqa.js';

interface Item {
  prediction: string;
  answers: string[];
  normalised_prediction: string;
  normalised_answers?: string[];
  score: number;
}

describe.each<VqaRule>(['textvqa', 'vqa-v2'])('%s', (rule) => {
  const items = golden<Item[]>(rule);

  it('normalises as the reference does', () => {
    for (const { prediction, answers, normalised_prediction, normalised_answers } of items) {
      expect(normaliseVqa(prediction, rule)).toBe(normalised_prediction);
      if (normalised_answers) {
        expect(answers.map((answer) => normaliseVqa(answer, rule))).toEqual(normalised_answers);
      }
    }
  });

  it('gives the accuracy of the reference', () => {
    for (const { prediction, answers, score } of items) {
      expect(vqaAccuracy(prediction, answers, rule)).toBeCloseTo(score, 9);
    }
  });
});

describe('normaliseVqa', () => {
  it.each([
    ['The Two dogs.', '2 dogs'],
    ['1,000', '1000'],
    ['3.5', '3.5'],
    ['x-ray', 'x ray'],
    ['x -ray', 'x ray'],
    ['a/ b/c', 'bc'],
    ['dont', "don't"],
    ['constructor', 'constructor'],
    ['a an the', ''],
  ])('%j becomes %j', (text, normalised) => {
    expect(normaliseVqa(text)).toBe(normalised);
  });

  it('parts a word from its "\'s" for textvqa only', () => {
    expect(normaliseVqa("man's")).toBe("man 's");
    expect(normaliseVqa("man's", 'vqa-v2')).toBe("man's");
  });
});

it.each([
  [0, 0],
  [1, 0.3],
  [2, 0.6],
  [3, 0.9],
  [4, 1],
  [10, 1],
])('%i of ten equal answers score %d', (equal, score) => {
  const answers = Array.from({ length: 10 }, (_, i) => (i < equal ? 'A dog.' : 'cat'));
  expect(vqaAccuracy('dog', answers)).toBeCloseTo(score, 12);
});
