import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import type { TemplateName } from '@ablate/catalogue';
import type { Message } from './messages.js';
import { encodeConversation, encodePrompt, formatPrompt } from './template.js';
import { loadTokenizer } from './tokenizer.js';

const golden = fileURLToPath(new URL('../../test/fixtures/golden/', import.meta.url));
const SYSTEM =
  "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.";

interface Sample {
  name: string;
  model_max_length: number;
  conversation: Message[];
  prompt: string;
  input_ids: number[];
  labels: number[];
  mismatch: boolean;
  mismatch_counts?: number[];
  error?: string;
}
const read = <T>(path: string): T => JSON.parse(readFileSync(`${golden}${path}`, 'utf8')) as T;

describe('prompts, ids and labels equal the Factory', () => {
  for (const folder of readdirSync(golden).filter((name) => name.startsWith('text_'))) {
    const template = read<{ config: { conv_version: TemplateName } }>(`${folder}/case.json`).config
      .conv_version;
    const system = template === 'pretrain' ? '' : SYSTEM;

    it(`${folder}: training samples`, async () => {
      const tokenizer = await loadTokenizer(`${golden}${folder}`);
      for (const sample of read<Sample[]>(`${folder}/cases.json`)) {
        if (sample.error) continue;
        const { prompt, ids, labels, mismatch } = encodeConversation(
          sample.conversation,
          template,
          system,
          tokenizer,
          sample.model_max_length,
        );
        expect([sample.name, prompt]).toEqual([sample.name, sample.prompt]);
        expect([sample.name, ids]).toEqual([sample.name, sample.input_ids]);
        expect([sample.name, labels]).toEqual([sample.name, sample.labels]);
        expect([sample.name, mismatch !== null]).toEqual([sample.name, sample.mismatch]);
        if (sample.mismatch_counts) expect(mismatch).toEqual(sample.mismatch_counts);
      }
    });

    // The reference leaves its slot's name in a pretraining prompt without an answer; nobody is evaluated with that template.
    if (template === 'pretrain') continue;
    it(`${folder}: prompts for evaluation`, async () => {
      const tokenizer = await loadTokenizer(`${golden}${folder}`);
      for (const sample of read<Sample[]>(`${folder}/eval.json`)) {
        if (sample.error) continue;
        const prompt = formatPrompt(sample.conversation, template, system, tokenizer.eosToken);
        expect([sample.name, prompt]).toEqual([sample.name, sample.prompt]);
        expect([sample.name, encodePrompt(prompt, tokenizer)]).toEqual([sample.name, sample.input_ids]);
      }
    });
  }
});

describe('pretraining labels equal the Factory', () => {
  it.each(['llama_legacy', 'llama_nobos'])('%s', async (name) => {
    const tokenizer = await loadTokenizer(`${golden}labels_pretrain/${name}`);
    for (const sample of read<Sample[]>(`labels_pretrain/${name}/cases.json`)) {
      if (sample.error) continue;
      const { prompt, ids, labels } = encodeConversation(
        sample.conversation,
        'pretrain',
        '',
        tokenizer,
        2048,
      );
      expect([sample.name, prompt, ids, labels]).toEqual([
        sample.name,
        sample.prompt,
        sample.input_ids,
        sample.labels,
      ]);
    }
  });
});

describe('formatPrompt', () => {
  const messages = [
    { from: 'human', value: 'Is it <image> red?' },
    { from: 'gpt', value: 'Yes.' },
    { from: 'human', value: 'Why?' },
    { from: 'gpt', value: null },
  ];

  it('takes any system sentence, and none', () => {
    const turns = 'USER: <image>\nIs it  red? ASSISTANT: Yes.</s>USER: Why? ASSISTANT:';
    expect(formatPrompt(messages, 'llama', 'Be brief.', '</s>')).toBe(`Be brief. ${turns}`);
    expect(formatPrompt(messages, 'llama', '', '</s>')).toBe(turns);
  });
});
