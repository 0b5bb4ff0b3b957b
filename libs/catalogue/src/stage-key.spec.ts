import { describe, expect, it } from '@jest/globals';
import { explainDifference } from './stage-key.js';

describe('explainDifference', () => {
  it.each([
    [{ a: 1, b: { c: [1, 2] } }, { b: { c: [1, 2] }, a: 1 }, []],
    [
      { a: 1, b: { c: [1, 2] } },
      { a: 2, b: { c: [1, 3] } },
      [
        { path: 'a', a: 1, b: 2 },
        { path: 'b.c.1', a: 2, b: 3 },
      ],
    ],
    [{ a: null }, { a: { b: 1 } }, [{ path: 'a', a: null, b: { b: 1 } }]],
    [{ a: [1] }, { a: [1, 2] }, [{ path: 'a.1', a: undefined, b: 2 }]],
    [{}, { x: 0 }, [{ path: 'x', a: undefined, b: 0 }]],
  ])('%j against %j', (a, b, differences) => {
    expect(explainDifference(a, b)).toEqual(differences);
  });
});
