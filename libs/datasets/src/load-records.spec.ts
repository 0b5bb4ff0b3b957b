import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRecords } from './load-records.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-records-'));
});
afterAll(() => rm(folder, { recursive: true }));

const turns = [
  { from: 'human', value: '<image>\nWhat is it?' },
  { from: 'gpt', value: 'A dog.' },
];

describe('loadRecords', () => {
  it('reads a list, and lines alike, in their order', async () => {
    const records = [
      { id: 'b', image: 'dogs/1.png', conversations: turns },
      { id: 7, conversations: [{ from: 'system', value: 'Hello' }, ...turns] },
      { conversations: turns, extra: true },
    ];
    await writeFile(join(folder, 'list.json'), JSON.stringify(records));
    await writeFile(
      join(folder, 'lines.jsonl'),
      `${records.map((record) => JSON.stringify(record)).join('\r\n\n')}\n`,
    );
    const read = await loadRecords(folder, 'list');
    expect(read).toEqual([
      { id: 'b', images: ['dogs/1.png'], conversations: turns },
      { id: '7', images: [], conversations: [{ from: 'system', value: 'Hello' }, ...turns] },
      { id: '2', images: [], conversations: turns },
    ]);
    expect(await loadRecords(folder, 'lines')).toEqual(read);
  });

  it('reads several images', async () => {
    await writeFile(
      join(folder, 'two.json'),
      JSON.stringify([{ id: 1, image: ['a.png', 'b.png'], conversations: turns }]),
    );
    expect(await loadRecords(folder, 'two')).toEqual([
      { id: '1', images: ['a.png', 'b.png'], conversations: turns },
    ]);
  });

  it('reads a list whatever stands in its texts and wherever a read ends', async () => {
    const value = '[{"x\\\\": "}]", \u00e9\u{1f980} '.repeat(9000);
    const records = Array.from({ length: 3 }, (_, id) => ({
      id: `${id}`,
      conversations: [turns[0], { from: 'gpt', value: `${value}${id}` }],
    }));
    await writeFile(join(folder, 'long.json'), `\ufeff\n${JSON.stringify(records, null, 2)}\n`);
    const read = await loadRecords(folder, 'long');
    expect(read.map(({ id, conversations }) => ({ id, conversations }))).toEqual(records);
    await writeFile(join(folder, 'empty.json'), ' [ ] ');
    expect(await loadRecords(folder, 'empty')).toEqual([]);
  });

  it.each([
    ['no object', 5, ''],
    ['no images', { image: [], conversations: turns }, '.image'],
    ['an image elsewhere', { image: '../a.png', conversations: turns }, '.image'],
    ['an absolute image', { image: '/a.png', conversations: turns }, '.image'],
    ['an image of no name', { image: '', conversations: turns }, '.image'],
    ['null for an image', { image: null, conversations: turns }, '.image'],
    ['no conversation', { image: 'a.png' }, '.conversations'],
    ['a question alone', { conversations: turns.slice(0, 1) }, '.conversations'],
    ['an open question', { conversations: [...turns, turns[0]] }, '.conversations'],
    ['no pair after the leading message', { conversations: [turns[1], turns[0]] }, '.conversations'],
    ['a message without text', { conversations: [turns[0], { from: 'gpt' }] }, '.conversations.1'],
    ['a message that is null', { conversations: [null, turns[1]] }, '.conversations.0'],
  ])('names record and field: %s', async (_, record, field) => {
    const file = join(folder, 'bad.json');
    await writeFile(file, JSON.stringify([{ id: 'good', conversations: turns }, record]));
    await expect(loadRecords(folder, 'bad')).rejects.toMatchObject({
      code: 'BAD_RECORD',
      path: `${file}[1]${field}`,
      rule: expect.any(String),
      fix: expect.any(String),
    });
  });

  it('names the sample', async () => {
    await writeFile(join(folder, 'named.json'), JSON.stringify([{ id: 'coco-9' }]));
    await expect(loadRecords(folder, 'named')).rejects.toThrow('"coco-9"');
  });

  it.each([
    ['cut.json', '[{"id": ', 'cut.json'],
    ['object.json', '{}', 'no list'],
    ['lines.broken.jsonl', `${JSON.stringify({ conversations: turns })}\n{"id`, 'line 2'],
    ['', '', 'missing.json'],
  ])('says what is wrong with a file: %s', async (name, text, message) => {
    if (name !== '') await writeFile(join(folder, name), text);
    const part = name === '' ? 'missing' : name.replace(/\.jsonl?$/, '');
    const failure = loadRecords(folder, part);
    await expect(failure).rejects.toMatchObject({ code: 'BAD_RECORDS' });
    await expect(failure).rejects.toThrow(message);
  });

  it('tells a file that cannot be read from one that is not there', async () => {
    await mkdir(join(folder, 'folder.json'));
    await expect(loadRecords(folder, 'folder')).rejects.toThrow('EISDIR');
  });
});
