import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LanguageSample } from '@ablate/emoji-data';
import { encodeConversation, IMAGE_ID, loadTokenizer, NO_TARGET, type Tokenizer } from '@ablate/vlm';
import { bareEncode } from './bare-encode.js';
import { trainBpe } from './bpe.js';
import { piecesOf, SYSTEM } from './pieces.js';
import { BOS, tokenizerFiles } from './tokenizer.js';

const SPECIAL = ['<pad>', '<s>', '</s>', '<|endoftext|>'];
const bpe = trainBpe(
  [
    `${SYSTEM} USER: What colour is it? ASSISTANT: red`,
    'a red food: red apple.',
    ' USER: Where? ASSISTANT: top left',
  ],
  SPECIAL,
  340,
);
const sample: LanguageSample = {
  kind: 'dialogue',
  caption: 'a red food: red apple.',
  turns: [
    { question: 'What colour is it?', answer: 'red' },
    { question: 'Which?\nA. red\nB. blue', answer: 'A' },
    { question: 'Where is the red thing?', answer: 'top left' },
  ],
};

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ablate-zoo-'));
});
afterAll(() => rm(root, { recursive: true, force: true }));

describe.each([
  ['llama', '</s>', 2],
  ['phi', '<|endoftext|>', 3],
] as const)('a dialogue for a %s-like model', (family, end, endId) => {
  const files = tokenizerFiles(bpe, family);
  const encode = bareEncode(files);
  let tokenizer: Tokenizer;
  beforeAll(async () => {
    await writeFile(join(root, 'tokenizer.json'), JSON.stringify(files.tokenizer));
    await writeFile(join(root, 'tokenizer_config.json'), JSON.stringify(files.config));
    tokenizer = await loadTokenizer(root);
  });

  it('has a tokenizer that ends and begins as its template wants', () => {
    expect([tokenizer.eosId, tokenizer.eosToken, tokenizer.bosId]).toEqual([
      endId,
      end,
      family === 'llama' ? BOS : null,
    ]);
    const text = `${SYSTEM} USER: Ünïcode → 🙂\n ASSISTANT: ok`;
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
  });

  it.each([
    ['conversation', family, false],
    ['pretraining', 'pretrain', true],
  ] as const)(
    '%s: the tokens and targets of a picture’s, its caption in the place of the picture',
    (_, template, plain) => {
      const pieces = piecesOf(sample, end, plain);
      const caption = pieces.findIndex(({ text, target }) => text === sample.caption && !target);
      const ids = pieces.flatMap(({ text }, i) => (i === caption ? [IMAGE_ID] : encode(text)));
      const targets = pieces.flatMap(({ text, target }, i) =>
        (i === caption ? [IMAGE_ID] : encode(text)).map((id) => (target ? id : NO_TARGET)),
      );
      const turns = plain ? [{ question: '', answer: sample.caption }] : sample.turns;
      const messages = turns.flatMap(({ question, answer }, i) => [
        { from: 'human', value: i === 0 ? `<image>\n${question}` : question },
        { from: 'gpt', value: answer },
      ]);
      const expected = encodeConversation(messages, template, plain ? '' : SYSTEM, tokenizer, 512);
      const skip = tokenizer.bosId === null ? 0 : 1;
      // The pretraining template has no end token: the zoo adds one, so that a caption has an end.
      const length = expected.ids.length - skip;
      expect(ids.slice(0, length)).toEqual(expected.ids.slice(skip));
      expect(plain ? ids.slice(length) : []).toEqual(plain ? [endId] : []);
      expect(targets.slice(0, length)).toEqual(expected.labels.slice(skip));
      expect(expected.mismatch).toBeNull();
    },
  );
});

it('a gloss is a document of its own', () => {
  expect(piecesOf({ kind: 'gloss', text: 'word: a unit of language' }, '</s>', false)).toEqual([
    { text: 'word: a unit of language', target: true },
    { text: '</s>', target: true },
  ]);
});
