import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { loadRecords, partSources } from './load-records.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-mixture-'));
  await mkdir(join(folder, 'sources'));
  const record = (id: number, image: string | null, words: number) => ({
    id: `${id}`,
    ...(image === null ? {} : { image }),
    conversations: [
      { from: 'human', value: 'q' },
      { from: 'gpt', value: 'w '.repeat(words) },
    ],
  });
  const many = Array.from({ length: 400 }, (_, i) => record(i, i % 2 === 0 ? 'coco/a.jpg' : null, i));
  await writeFile(join(folder, 'sources', 'a.json'), JSON.stringify(many));
  await writeFile(join(folder, 'sources', 'b.jsonl'), `${JSON.stringify(record(1000, 'sam/b.jpg', 3))}\n`);
});
afterAll(() => rm(folder, { recursive: true }));

const mix = async (...mixture: object[]): Promise<string[]> => {
  await writeFile(join(folder, 'part.json'), JSON.stringify({ version: 1, mixture }));
  return (await loadRecords(folder, 'part')).map(({ id }) => id);
};

describe('mixtures', () => {
  it('filter, then cap, then weigh, source by source', async () => {
    const a = 'sources/a.json';
    expect(
      await mix(
        { file: a, cap: 2, weight: 2, filter: { modality: 'image', minWords: 7 } },
        { file: 'sources/b.jsonl' },
      ),
    ).toEqual(['6', '6', '8', '8', '1000']);
    expect(await mix({ file: a, filter: { maxWords: 3, modality: 'text' } })).toEqual(['1']);
    expect(await mix({ file: 'sources/b.jsonl', filter: { imagePrefix: ['coco/'] } })).toEqual([]);
    expect(await mix({ file: a, filter: { minTurns: 2 } })).toEqual([]);
    expect(await partSources(folder, 'part.json')).toEqual(['part.json', a]);
    expect(await partSources(folder, 'sources/a.json')).toEqual([a]);
  });

  it('draws a part of a source, the same every time', async () => {
    const half = await mix({ file: 'sources/a.json', weight: 0.5 });
    expect(half.length).toBeGreaterThan(150);
    expect(half.length).toBeLessThan(250);
    expect(await mix({ file: 'sources/a.json', weight: 0.5 })).toEqual(half);
    const more = await mix({ file: 'sources/a.json', weight: 1.5 });
    expect(more.length).toBe(400 + half.length);
  });

  it.each([
    [{ version: 2, mixture: [] }, 'version'],
    [{ version: 1, mixture: [] }, 'mixture'],
    [{ version: 1, mixture: [{ file: '../a.json' }] }, 'mixture.0.file'],
    [{ version: 1, mixture: [{ file: 'a.json', weight: 0 }] }, 'mixture.0.weight'],
    [{ version: 1, mixture: [{ file: 'a.json', cap: 0 }] }, 'mixture.0.cap'],
    [{ version: 1, mixture: [{ file: 'a.json', wieght: 1 }] }, 'mixture.0.wieght'],
    [
      { version: 1, mixture: [{ file: 'a.json', filter: { modality: 'video' } }] },
      'mixture.0.filter.modality',
    ],
    [{ version: 1, mixture: [{ file: 'a.json', filter: { words: 1 } }] }, 'mixture.0.filter.words'],
  ])('names the field of a bad mixture: %j', async (spec, field) => {
    await writeFile(join(folder, 'bad.json'), JSON.stringify(spec));
    await expect(loadRecords(folder, 'bad')).rejects.toMatchObject({
      code: 'BAD_MIXTURE',
      path: `${join(folder, 'bad.json')}.${field}`,
    });
  });
});
