import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { fixture, readJson } from '../../test/golden.js';
import { loadTokenizer } from './tokenizer.js';

let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ablate-tokenizer-'));
});
afterAll(() => rm(scratch, { recursive: true }));

/** A copy of a tokenizer folder with changed files. */
async function changed(
  from: string,
  change: (json: Record<string, unknown>, file: string) => unknown,
): Promise<string> {
  const folder = await mkdtemp(join(scratch, 'changed-'));
  for (const file of ['tokenizer.json', 'tokenizer_config.json']) {
    await cp(fixture(`golden/${from}/${file}`), join(folder, file));
    const json = JSON.parse(await readFile(join(folder, file), 'utf8')) as Record<string, unknown>;
    const next = change(json, file);
    await writeFile(join(folder, file), typeof next === 'string' ? next : JSON.stringify(next));
  }
  return folder;
}

describe('decode equals the slow tokenizers', () => {
  it.each([
    'text_llama',
    'text_llama_legacy',
    'text_phi',
    'text_gemma',
    'text_qwen2_instruct',
    'text_stablelm',
  ])('%s', async (folder) => {
    const tokenizer = await loadTokenizer(fixture(`golden/${folder}`));
    const cases = readJson<{ ids: number[]; slow_skip_special: string }[]>(`golden/${folder}/decode.json`);
    for (const { ids, slow_skip_special } of cases)
      expect([ids, tokenizer.decode(ids)]).toEqual([ids, slow_skip_special]);
  });

  it('gives nothing for nothing', async () => {
    const tokenizer = await loadTokenizer(fixture('golden/text_llama'));
    expect(tokenizer.decode([])).toBe('');
    expect(tokenizer.decode([tokenizer.eosId])).toBe('');
  });

  it('writes bytes that are characters as these, and each other byte as one replacement', async () => {
    const tokenizer = await loadTokenizer(fixture('golden/text_llama'));
    const text = 'zß水🦀\u{feff}';
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    const byte = (value: number): number => 3 + value;
    // A cut three-byte sequence, an overlong one, a surrogate.
    expect(tokenizer.decode([0xe6, 0xb0, 0x41].map(byte))).toBe('\u{fffd}\u{fffd}A');
    expect(tokenizer.decode([0xc0, 0x80].map(byte))).toBe('\u{fffd}\u{fffd}');
    expect(tokenizer.decode([0xed, 0xa0, 0x80].map(byte))).toBe('\u{fffd}\u{fffd}\u{fffd}');
  });
});

describe('loadTokenizer', () => {
  it('knows which token is padding, and whether the end token is kept from it', async () => {
    const llama = await loadTokenizer(fixture('golden/text_llama'));
    expect(llama).toMatchObject({ bosId: 1, eosId: 2, eosToken: '</s>', padId: 0, maskedId: 0 });
    const phi = await loadTokenizer(fixture('golden/text_phi'));
    expect(phi).toMatchObject({ bosId: null, eosId: 900, padId: 900, maskedId: null });
  });

  it('reads tokens that are written as objects', async () => {
    const folder = await changed('text_llama', (json, file) =>
      file === 'tokenizer.json' ? json : { ...json, eos_token: { content: '</s>' } },
    );
    expect(await loadTokenizer(folder)).toMatchObject({ eosId: 2 });
  });

  it('takes a Llama tokenizer that does not say for a legacy one, as transformers does', async () => {
    const silent = await changed('text_llama', ({ legacy: _, ...json }) => json);
    const text = 'red</s>USER: blue';
    const legacy = await loadTokenizer(
      await changed('text_llama', (json, file) =>
        file === 'tokenizer.json' ? json : { ...json, legacy: true },
      ),
    );
    const ids = (await loadTokenizer(silent)).encode(text);
    expect(ids).toEqual(legacy.encode(text));
    expect(ids).not.toEqual((await loadTokenizer(fixture('golden/text_llama'))).encode(text));
  });

  it.each([
    ['cut JSON', 'tokenizer.json', () => '{"model": '],
    ['no model', 'tokenizer.json', () => ({})],
    ['no added tokens', 'tokenizer.json', ({ added_tokens: _, ...json }: Record<string, unknown>) => json],
    ['a cut configuration', 'tokenizer_config.json', () => '{"eos_token": '],
    ['no end token', 'tokenizer_config.json', () => ({})],
    ['an unknown end token', 'tokenizer_config.json', () => ({ eos_token: '<nowhere>' })],
  ])('names the file: %s', async (_, broken, change) => {
    const folder = await changed('text_llama', (json, file) => (file === broken ? change(json) : json));
    await expect(loadTokenizer(folder)).rejects.toMatchObject({
      code: 'BAD_TOKENIZER',
      path: expect.stringContaining(folder),
      fix: expect.any(String),
    });
  });

  it('names a file that is not there', async () => {
    await expect(loadTokenizer(scratch)).rejects.toMatchObject({
      code: 'BAD_TOKENIZER',
      path: join(scratch, 'tokenizer.json'),
    });
  });
});
