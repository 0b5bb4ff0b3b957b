import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bareEncode } from './bare-encode.js';
import { BYTE_ALPHABET, trainBpe } from './bpe.js';
import { tokenizerFiles } from './tokenizer.js';

describe('trainBpe', () => {
  it('has a stand-in for every byte', () => {
    expect(new Set(BYTE_ALPHABET).size).toBe(256);
    // Space, newline, "a" and the last byte as in GPT-2's vocabulary.
    expect([0x20, 0x0a, 0x61, 0xff].map((byte) => BYTE_ALPHABET[byte])).toEqual(['Ġ', 'Ċ', 'a', 'ÿ']);
  });

  it('joins the most frequent pair first, the smaller one of two equals, words apart', () => {
    // low x5, lower x2, newest x6, widest x3, as in Sennrich et al. 2016 without their end-of-word mark.
    const text = [
      ...Array.from({ length: 5 }, () => 'low'),
      ...Array.from({ length: 2 }, () => 'lower'),
      ...Array.from({ length: 6 }, () => 'newest'),
      ...Array.from({ length: 3 }, () => 'widest'),
    ];
    const { tokens, merges } = trainBpe(text, ['<end>'], 1 + 256 + 6);
    // e-s and s-t occur 9 times each, l-o and o-w 7 times each; then w-e and n-e 6 times, "low" 7.
    expect(merges).toEqual([
      ['e', 's'],
      ['es', 't'],
      ['l', 'o'],
      ['lo', 'w'],
      ['e', 'w'],
      ['ew', 'est'],
    ]);
    expect(tokens.slice(0, 1)).toEqual(['<end>']);
    expect(tokens.slice(-6)).toEqual(['es', 'est', 'lo', 'low', 'ew', 'ewest']);
  });

  it('stops where no pair occurs twice', () => {
    expect(trainBpe(['abc'], [], 1000).merges).toEqual([]);
  });

  it('counts pairs of equal neighbours as it joins them', () => {
    const { merges } = trainBpe(['aaaa', 'aaaa'], [], 256 + 2);
    expect(merges).toEqual([
      ['a', 'a'],
      ['aa', 'aa'],
    ]);
  });
});

describe('tokenizerFiles', () => {
  const bpe = trainBpe(
    ['the red apple at the top left', 'the red face at the top right'],
    ['<pad>', '<s>', '</s>', '<|endoftext|>'],
    300,
  );
  const files = tokenizerFiles(bpe, 'llama');
  const encode = bareEncode(files);

  it('encodes as the merges say', () => {
    const words = (text: string): (string | undefined)[] => encode(text).map((id) => bpe.tokens[id]);
    expect(words('the red')).toEqual(['the', 'Ġred']);
    expect(words('</s>the')).toEqual(['</s>', 'the']);
  });

  it('covers every text: the bytes of its tokens are the bytes of the text', () => {
    const byteOf = new Map(BYTE_ALPHABET.map((stand, byte) => [stand, byte]));
    const decode = (ids: readonly number[]): string =>
      Buffer.from(ids.flatMap((id) => [...bpe.tokens[id]!].map((stand) => byteOf.get(stand)!))).toString();
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/<(pad|s|\/s|\|endoftext\|)>/.test(text)),
        (text) => {
          expect(decode(encode(text))).toBe(text);
        },
      ),
    );
  });
});
