import { describe, expect, it } from '@jest/globals';
import { fixture } from '../../test/golden.js';
import { IMAGE_ID, NO_TARGET } from './messages.js';
import { encodeConversation, encodeQuestion, formatPrompt } from './template.js';
import { loadTokenizer } from './tokenizer.js';

const messages = [
  { from: 'human', value: '<image>\nIs it red?' },
  { from: 'gpt', value: 'Yes.' },
  { from: 'human', value: 'Why?' },
  { from: 'gpt', value: 'Paint.' },
];
const asked = [...messages.slice(0, 3), { from: 'gpt', value: null }];
const targetsOf = ({
  ids,
  labels,
}: {
  readonly ids: readonly number[];
  readonly labels: readonly number[];
}) => ids.filter((_, i) => labels[i] !== NO_TARGET);

describe('ChatML', () => {
  it('has roles between markers, and learns answers with their end marker', async () => {
    const tokenizer = await loadTokenizer(fixture('golden/text_qwen2_instruct'));
    const encoded = encodeConversation(messages, 'chatml', 'Be brief.', tokenizer, 2048);
    expect(encoded.prompt).toBe(
      '<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n<image>\nIs it red?<|im_end|>\n<|im_start|>assistant\nYes.<|im_end|>\n' +
        '<|im_start|>user\nWhy?<|im_end|>\n<|im_start|>assistant\nPaint.<|im_end|>\n',
    );
    const answer = (text: string): number[] => tokenizer.encode(`${text}<|im_end|>`);
    expect(targetsOf(encoded)).toEqual([...answer('Yes.'), ...answer('Paint.')]);
    expect(encoded.ids.filter((id) => id === IMAGE_ID)).toHaveLength(1);
    expect(encoded.mismatch).toBeNull();
    expect(formatPrompt(asked, 'chatml', '', tokenizer.eosToken)).toMatch(
      /^<\|im_start\|>user.*assistant\n$/s,
    );
  });

  it('asks with the ids that training has before the answer', async () => {
    const tokenizer = await loadTokenizer(fixture('golden/text_qwen2_instruct'));
    const question = encodeQuestion(asked, 'chatml', 'S', tokenizer);
    const { ids } = encodeConversation(messages, 'chatml', 'S', tokenizer, 2048);
    expect(ids.slice(0, question.length)).toEqual(question);
  });
});

describe('Prismatic', () => {
  it('has images behind the begin token, and learns answers with the end token', async () => {
    const tokenizer = await loadTokenizer(fixture('golden/text_llama'));
    const encoded = encodeConversation(messages, 'prismatic', 'ignored', tokenizer, 2048);
    expect(encoded.prompt).toBe('<image>In: Is it red?\nOut: Yes.</s>In: Why?\nOut: Paint.</s>');
    expect(encoded.ids.slice(0, 2)).toEqual([tokenizer.bosId, IMAGE_ID]);
    const answer = (text: string): number[] => tokenizer.encode(`${text}</s>`).slice(1);
    expect(targetsOf(encoded)).toEqual([...answer('Yes.'), ...answer('Paint.')]);
    const question = encodeQuestion(asked, 'prismatic', '', tokenizer);
    expect(encoded.ids.slice(0, question.length)).toEqual(question);
  });
});

describe('several images', () => {
  it('keep their places where the record has several, else one a question', () => {
    const two = [
      { from: 'human', value: 'a <image> b <image>' },
      { from: 'gpt', value: 'c' },
    ];
    expect(formatPrompt(two, 'llama', '', '</s>')).toBe('USER: <image>\na  b ASSISTANT: c</s>');
    expect(formatPrompt(two, 'llama', '', '</s>', true)).toBe(
      'USER: <image>\n<image>\na  b ASSISTANT: c</s>',
    );
  });

  it('are refused without a counterpart', () => {
    expect(() => formatPrompt(messages.slice(0, 3), 'llama', '', '</s>')).toThrow(
      expect.objectContaining({ code: 'ODD_TURNS', value: 3 }),
    );
  });
});
