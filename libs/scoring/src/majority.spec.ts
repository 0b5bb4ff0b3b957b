import { expect, it } from '@jest/globals';
import { majorityAnswers } from './majority.js';

it('answers with the most frequent target of each category, ties by first appearance', () => {
  const targets: [string, string][] = [
    ['colour', 'red'],
    ['count', 'two'],
    ['colour', 'blue'],
    ['count', 'one'],
    ['colour', 'blue'],
    ['count', 'one'],
    ['count', 'two'],
    ['shape', 'red'],
  ];
  expect(majorityAnswers(targets.map(([category, target]) => ({ category, target })))).toEqual([
    'blue',
    'two',
    'blue',
    'two',
    'blue',
    'two',
    'two',
    'red',
  ]);
});
