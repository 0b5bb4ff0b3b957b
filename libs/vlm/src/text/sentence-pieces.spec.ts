import { describe, expect, it } from '@jest/globals';
import { decodePieces } from './sentence-pieces.js';

describe('decodePieces equals the slow tokenizers', () => {
  it.each([
    [['▁', '▁', 'a', '▁b'], 'legacy', 'a b'],
    [['▁', '▁', 'a', '▁b'], 'once', ' a b'],
    [['▁', '▁', 'a', '▁b'], 'none', '  a b'],
    [['▁▁', '▁a'], 'legacy', ' a'],
    [['<0x20>', '▁a'], 'legacy', '  a'],
    [['a', '▁b'], 'legacy', 'a b'],
    [['<0xEF>', '<0xBB>', '<0xBF>', 'a'], 'none', '\ufeffa'],
    [['<0xE6>', '<0xB0>', 'A', '<0xC0>', '<0x80>'], 'none', '\ufffd\ufffdA\ufffd\ufffd'],
    [[], 'legacy', ''],
  ] as const)('%j, %s', (pieces, prefix, text) => {
    expect(decodePieces(pieces, prefix)).toBe(text);
  });
});
