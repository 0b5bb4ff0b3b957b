import { expect, it } from '@jest/globals';
import { exactMatch } from './exact.js';

it.each([
  ['Red', 'red', true],
  [' red. \n', 'red', true],
  ['red', 'Red.', true],
  ['red...', 'red', true],
  ['a red dog', 'red', false],
  ['.red', 'red', false],
  ['3.5', '35', false],
  ['', 'red', false],
])('%j matches %j: %j', (answer, target, matches) => {
  expect(exactMatch(answer, target)).toBe(matches);
});
