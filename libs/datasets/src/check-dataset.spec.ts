import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { checkDataset } from './check-dataset.js';
import { manifestOf } from './manifest.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-check-'));
  await mkdir(join(folder, 'images', 'a'), { recursive: true });
  await writeFile(join(folder, 'images', 'a', 'ok.png'), '\x89PNG\r\n\x1a\nrest', 'latin1');
  await writeFile(join(folder, 'images', 'text.png'), 'no picture');
});
afterAll(() => rm(folder, { recursive: true }));

const turns = (answer = 'A dog.', question = '<image>\nWhat is it?') => [
  { from: 'human', value: question },
  { from: 'gpt', value: answer },
];
const write = async (name: string, content: unknown): Promise<string> => {
  const file = join(folder, name);
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 1));
  return file;
};
const check = (path: string, maxLength = 2048) =>
  checkDataset(path, { images: null, maxLength, tokens: null });

describe('checkDataset', () => {
  it('names every bad record and goes on', async () => {
    const file = await write('bad.json', [
      { id: 'good', image: 'a/ok.png', conversations: turns() },
      { id: 'gone', image: 'a/gone.png', conversations: turns() },
      { id: 'odd', conversations: [...turns('x', 'q'), { from: 'human', value: 'And?' }] },
      { id: 'long', conversations: turns('word '.repeat(3000), 'q') },
      { id: 'text', image: 'text.png', conversations: turns() },
      { id: 'both', image: 'nowhere.png', conversations: turns().slice(0, 1) },
      7,
      { id: 'good', conversations: turns('', '<image> what?') },
    ]);
    const { records, textOnly, bad, errors, warnings, findings } = await check(file);
    expect(findings.map(({ record, code }) => [record, code])).toEqual([
      [1, 'MISSING_IMAGE'],
      [2, 'ODD_TURNS'],
      [3, 'TOO_LONG'],
      [4, 'BAD_IMAGE'],
      [5, 'BAD_RECORD'],
      [5, 'ODD_TURNS'],
      [5, 'MISSING_IMAGE'],
      [6, 'BAD_RECORD'],
      [7, 'PLACEHOLDER_WITHOUT_IMAGE'],
      [7, 'EMPTY_ANSWER'],
      [7, 'DUPLICATE_ID'],
    ]);
    expect([records, textOnly, bad, errors, warnings]).toEqual([8, 4, 6, 8, 3]);
    expect(findings[0]).toMatchObject({
      id: 'gone',
      value: 'a/gone.png',
      field: 'image',
      level: 'error',
      file,
    });
    const lines = (await readFile(file, 'utf8')).split('\n');
    expect(lines[findings[0]!.line!]).toContain('"gone"');
  });

  it('finds nothing where nothing is wrong', async () => {
    await write(
      'good.jsonl',
      `${JSON.stringify({ id: '1', image: 'a/ok.png', conversations: turns() })}\n\n`,
    );
    expect(await check(join(folder, 'good.jsonl'))).toMatchObject({
      records: 1,
      errors: 0,
      warnings: 0,
      bad: 0,
    });
  });

  it('goes on behind lines and elements that are no JSON', async () => {
    const good = JSON.stringify({ conversations: turns('x', 'q') });
    const lines = await write('torn.jsonl', `${good}\n{"id": \n${good}\n`);
    expect((await check(lines)).findings).toMatchObject([{ record: 1, line: 2, code: 'BAD_RECORDS' }]);
    const list = await write('torn.json', `[${good}, {"id": tru}, ${good}, {"id`);
    expect((await check(list)).findings.map(({ record, code }) => [record, code])).toEqual([
      [1, 'BAD_RECORDS'],
      [3, 'BAD_RECORDS'],
    ]);
  });

  it('counts with a tokenizer where it is given', async () => {
    const file = await write('counted.json', [{ id: 'm', conversations: turns('x', 'q') }]);
    const tokens = () => ({ tokens: 11, mismatch: true });
    const { findings } = await checkDataset(file, { images: null, maxLength: 10, tokens });
    expect(findings.map(({ code }) => code)).toEqual(['MISMATCH', 'TOO_LONG']);
  });

  it('reads mixtures with their sources, and says what is wrong with one', async () => {
    const recipe = join(folder, 'recipe');
    await mkdir(join(recipe, 'sources'), { recursive: true });
    await write('recipe/sources/a.json', [{ id: 1, image: 'x.png', conversations: turns() }]);
    await write('recipe/mixed.json', { version: 1, mixture: [{ file: 'sources/a.json', weight: 2 }] });
    await write('recipe/wrong.json', { version: 1, mixture: [{ file: 'sources/a.json', weight: -1 }] });
    await write('recipe/object.json', { other: 1 });
    const { records, findings } = await check(recipe);
    expect(records).toBe(1);
    expect(findings.map(({ code }) => code)).toEqual(['BAD_RECORDS', 'BAD_MIXTURE', 'MISSING_IMAGE']);
  });

  it('says that there is nothing to read', async () => {
    await mkdir(join(folder, 'empty'));
    for (const path of [join(folder, 'empty'), join(folder, 'nowhere')])
      await expect(check(path)).rejects.toMatchObject({ code: 'NO_RECORDS', value: path });
  });
});

describe('manifestOf', () => {
  it('changes with a record or an image', async () => {
    const file = await write('kept.json', [{ id: 1, image: 'a/ok.png', conversations: turns() }]);
    const manifest = await manifestOf(folder, [file], join(folder, 'images'));
    expect(manifest.records).toMatchObject([
      { path: 'kept.json', sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ]);
    expect(manifest.images).toMatchObject([{ path: join('images', 'a', 'ok.png'), bytes: 12 }]);
    await writeFile(join(folder, 'images', 'a', 'ok.png'), '\x89PNG\r\n\x1a\nREST', 'latin1');
    expect((await manifestOf(folder, [file], join(folder, 'images'))).digest).not.toBe(manifest.digest);
  });
});
