import { describe, expect, it } from '@jest/globals';
import { pythonFloat, roundToCents, strip, words } from './python-text.js';

describe('texts as Python takes them', () => {
  it('strips and splits', () => {
    expect(strip('\u001c a\u0085 ')).toBe('a');
    expect(strip('\ufeffa')).toBe('\ufeffa');
    expect(strip('..a.b..', '.')).toBe('a.b');
    expect(words(' a\u00a0b\u2003\nc ')).toEqual(['a', 'b', 'c']);
  });

  it.each([
    ['1_000', 1000],
    [' 3.50 ', 3.5],
    ['.5', 0.5],
    ['5.', 5],
    ['-1e-3', -0.001],
    ['٣', 3],
    ['Infinity', Infinity],
    ['-inf', -Infinity],
    ['', null],
    ['.', null],
    ['1__0', null],
    ['0x10', null],
    ['e5', null],
    ['1,000', null],
  ])('float(%j) is %j', (text, value) => {
    expect(pythonFloat(text)).toBe(value);
  });

  it.each([
    [0.125, 0.12],
    [0.375, 0.38],
    [2.675, 2.67],
    [-0.125, -0.12],
    [1e20, 1e20],
    [1.005, 1],
    [0.625, 0.62],
  ])('round(%d, 2) is %d', (value, rounded) => {
    expect(roundToCents(value)).toBe(rounded);
  });
});
