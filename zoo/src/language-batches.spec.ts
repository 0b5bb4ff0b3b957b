import { describe, expect, it } from '@jest/globals';
import { CATEGORIES, PHASE_B, randomOf, type LanguagePhase, type Pool } from '@ablate/emoji-data';
import { bareEncode } from './bare-encode.js';
import { trainBpe } from './bpe.js';
import { languageBatches, type BatchOptions } from './language-batches.js';
import { SYSTEM } from './pieces.js';
import { BOS, tokenizerFiles } from './tokenizer.js';

/** Drawings that are only spoken of. */
const pool: Pool = {
  sprites: CATEGORIES.map((category) => ({
    concept: { code: category, name: category, tags: [], category, split: 'train' },
    artist: 'noto',
    colour: 'red',
    pixels: new Map(),
  })),
  cumulative: Float64Array.from(CATEGORIES, (_, i) => i + 1),
};
const glosses = ['word: a unit of language'];
const SPECIAL = ['<pad>', '<s>', '</s>', '<|endoftext|>'];
const bpe = trainBpe(
  [SYSTEM, ' USER: ASSISTANT: What colour is the food? Where is the red thing? top left'],
  SPECIAL,
  320,
);
const encode = bareEncode(tokenizerFiles(bpe, 'llama'));
const textOf = (ids: Iterable<number>): string =>
  Array.from(ids, (id) => bpe.tokens[id]!)
    .join('')
    .replaceAll('Ġ', ' ')
    .replaceAll('Ċ', '\n');

const batchesOf = (phase: Partial<LanguagePhase>, options: Partial<BatchOptions> = {}) =>
  languageBatches(randomOf(1), pool, glosses, encode, {
    phase: { ...PHASE_B, ...phase },
    batch: 4,
    length: 128,
    everything: false,
    plain: 0,
    end: '</s>',
    hasBos: true,
    ...options,
  });

describe('languageBatches', () => {
  it('asks for the next token at every target', () => {
    const { ids, targets, labels } = batchesOf({}, { everything: true }).next();
    expect(ids).toHaveLength(4 * 128);
    targets.forEach((place, i) => {
      if (place % 128 < 127) expect(labels[i]).toBe(ids[place + 1]);
    });
  });

  it('makes everything but the begin tokens a target where everything is wanted', () => {
    const { ids, targets } = batchesOf({}, { everything: true }).next();
    const begins = [...ids].filter((id, place) => id === BOS && place % 128 > 0).length;
    expect(targets.length).toBeGreaterThanOrEqual(4 * 128 - begins - 4);
    expect(targets.length).toBeLessThanOrEqual(4 * 128 - begins);
  });

  it('begins every row with a document: no question without its caption', () => {
    const batches = batchesOf({ glosses: 0 });
    for (let i = 0; i < 5; i += 1) {
      const { ids } = batches.next();
      for (let row = 0; row < 4; row += 1)
        expect(textOf(ids.subarray(row * 128, row * 128 + 40))).toMatch(
          /^<s>A chat between a user and an assistant\. USER: \S/,
        );
    }
  });

  it('asks for answers and end tokens only', () => {
    const batches = batchesOf({ glosses: 0, copies: 0 }, { batch: 1, length: 512 });
    const { ids, targets, labels } = batches.next();
    const asked: string[] = [];
    targets.forEach((place, i) => {
      if (i > 0 && targets[i - 1] === place - 1) asked[asked.length - 1] += textOf([labels[i]!]);
      else asked.push(textOf([labels[i]!]));
    });
    const answers = [...textOf(ids).matchAll(/ASSISTANT:( [^<]+<\/s>)/g)].map(([, answer]) => answer);
    expect(answers.length).toBeGreaterThan(3);
    expect(asked.slice(0, answers.length)).toEqual(answers);
  });

  it('gives the same stream for the same seed', () => {
    expect(batchesOf({}).next()).toEqual(batchesOf({}).next());
  });
});
