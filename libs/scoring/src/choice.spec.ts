import { describe, expect, it } from '@jest/globals';
import { golden } from '../test/golden.js';
import { choiceAnswer, choiceScore } from './choice.js';

const items =
  golden<{ response: string; n_choices: number; answer: string; predicted_index: number; correct: number }[]>(
    'scienceqa',
  );
const lettersOf = (count: number): string => 'ABCDEFGH'.slice(0, count);

describe('choice', () => {
  it('reads letters and scores them as the reference does', () => {
    for (const { response, n_choices, answer, predicted_index, correct } of items) {
      const letters = lettersOf(n_choices);
      expect([response, choiceAnswer(response, letters)]).toEqual([
        response,
        letters[predicted_index] ?? null,
      ]);
      expect(Number(choiceScore(response, answer, letters))).toBe(correct);
    }
  });

  it.each([
    ['B', 'B'],
    ['B. a dog', 'B'],
    ['B.', null],
    ['B.a dog', null],
    ['BC', null],
    ['b', null],
    ['(B)', null],
    ['B\n', null],
    ['', null],
    ['The answer is C.', 'C'],
    ['The answer is C', null],
    ['The answer is C\n', null],
    ['The answer is A. The answer is C.', null],
    ['E. The answer is A.', null],
    ['The answer is E.', null],
  ])('%j chooses %j of ABCD', (text, letter) => {
    expect(choiceAnswer(text, 'ABCD')).toBe(letter);
  });

  it('knows the letters of a question with more choices than five', () => {
    expect(choiceAnswer('G. a dog', lettersOf(7))).toBe('G');
    expect(choiceAnswer('H', lettersOf(7))).toBeNull();
  });
});
