import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson, contentId, createContentId } from './canonical.js';

const shuffleKeys = (value: unknown): unknown =>
  Array.isArray(value)
    ? value.map(shuffleKeys)
    : typeof value === 'object' && value !== null
      ? Object.fromEntries(
          Object.entries(value)
            .reverse()
            .map(([key, inner]) => [key, shuffleKeys(inner)]),
        )
      : value;

describe('canonicalJson', () => {
  it.each([
    [{ b: 1, a: 2 }, '{"a":2,"b":1}'],
    [[3, 'x', null, true], '[3,"x",null,true]'],
    [1e-3, '0.001'],
    [1e21, '1e+21'],
    [-0, '0'],
    [333333333.3333333, '333333333.3333333'],
    ['€\n"', '"€\\n\\""'],
    [{ '€': 1, '\r': 2, '1': 3, '\ufb33': 4, '😀': 5 }, '{"\\r":2,"1":3,"€":1,"😀":5,"\ufb33":4}'],
    [{}, '{}'],
    [[], '[]'],
  ])('writes %j as RFC 8785 does', (value, text) => {
    expect(canonicalJson(value)).toBe(text);
  });

  it.each([
    [{ a: { b: Number.NaN } }, 'a.b'],
    [[1, Infinity], '1'],
    [{ a: undefined }, 'a'],
    [{ f: () => 1 }, 'f'],
    [{ s: '\ud800' }, 's'],
  ])('refuses what is not JSON, naming the place (%#)', (value, path) => {
    expect(() => canonicalJson(value)).toThrow(expect.objectContaining({ code: 'NOT_CANONICAL', path }));
  });

  it('does not depend on the order of keys, and reads back as the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const json: unknown = JSON.parse(JSON.stringify(value));
        expect(canonicalJson(shuffleKeys(json))).toBe(canonicalJson(json));
        expect(JSON.parse(canonicalJson(json))).toEqual(json);
      }),
    );
  });
});

describe('contentId', () => {
  it('is the sha256 of the canonical text', () => {
    // printf '{"a":1}' | sha256sum
    expect(contentId({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });

  it('is the same through the shared writer', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue()), { maxLength: 8 }),
        (rows) => {
          const idOf = createContentId();
          for (const row of rows) expect(idOf(row)).toBe(contentId(row));
        },
      ),
    );
  });
});
