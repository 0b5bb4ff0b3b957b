import { describe, expect, it } from '@jest/globals';
import { golden } from '../test/golden.js';
import { popeAnswer, popeScores, type PopeScores } from './pope.js';

const { items, aggregate } = golden<{
  items: { category: string; response: string; label: string; predicted: string }[];
  aggregate: Record<string, PopeScores>;
}>('pope');

describe('pope', () => {
  it('reads answers as the reference does', () => {
    expect(items.map(({ response }) => popeAnswer(response))).toEqual(
      items.map(({ predicted }) => predicted),
    );
  });

  for (const [category, expected] of Object.entries(aggregate)) {
    it(`gives the scores of the reference: ${category}`, () => {
      const members = items.filter((item) => item.category === category);
      const scores = popeScores(
        members.map(({ response }) => response),
        members.map(({ label }) => label),
      );
      expect(Object.keys(scores)).toEqual(Object.keys(expected));
      for (const [name, value] of Object.entries({ ...expected })) {
        expect(scores[name as keyof PopeScores]).toBeCloseTo(value, 9);
      }
    });
  }

  it.each([
    ['', 'yes'],
    ['No, it is', 'no'],
    ['Yes. No', 'yes'],
    ['it is not', 'no'],
    ['NO', 'yes'],
    ['no!', 'yes'],
    ['There is\nno dog', 'yes'],
  ])('%j is %s', (text, answer) => {
    expect(popeAnswer(text)).toBe(answer);
  });

  it('counts each of the four outcomes, and is 0 where nothing is positive', () => {
    const scores = popeScores(['yes', 'yes', 'yes', 'no', 'no'], ['yes', 'no', 'no', 'yes', 'no']);
    expect(scores.accuracy).toBe(2 / 5);
    expect(scores.precision).toBeCloseTo(1 / 3, 5);
    expect(scores.recall).toBeCloseTo(1 / 2, 5);
    expect(scores.f1).toBeCloseTo(2 / 5, 5);
    expect(scores.yes_ratio).toBe(3 / 5);
    expect(popeScores(['no'], ['no'])).toEqual({
      accuracy: 1,
      precision: 0,
      recall: 0,
      f1: 0,
      yes_ratio: 0,
    });
  });
});
