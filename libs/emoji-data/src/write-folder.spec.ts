import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { IMAGE_SIZE } from './scenes.js';
import { buildOnce, DATA_VERSION, provenance, type FolderWriter } from './write-folder.js';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ablate-emoji-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const pixels = Uint8Array.from({ length: 3 * IMAGE_SIZE * IMAGE_SIZE }, (_, i) => (7 * i) % 256);
const build =
  (mark = 'first') =>
  async (writer: FolderWriter): Promise<void> => {
    for (let i = 0; i < 40; i += 1) await writer.image(`${i}.png`, pixels);
    await writer.text('recipe.json', JSON.stringify({ dataVersion: DATA_VERSION, mark }));
  };
const read = async (): Promise<{ mark: string }> =>
  JSON.parse(await readFile(join(root, 'data', 'recipe.json'), 'utf8')) as { mark: string };

describe('buildOnce', () => {
  it('writes pictures without loss and leaves nothing beside the folder', async () => {
    expect(await buildOnce(join(root, 'data'), 'recipe.json', build())).toBe(true);
    expect(await readdir(root)).toEqual(['data']);
    expect(await readdir(join(root, 'data', 'images'))).toHaveLength(40);
    const decoded = await sharp(join(root, 'data', 'images', '39.png'))
      .raw()
      .toBuffer();
    expect(Buffer.compare(decoded, pixels)).toBe(0);
  });

  it('leaves a finished folder as it is', async () => {
    await buildOnce(join(root, 'data'), 'recipe.json', build());
    expect(await buildOnce(join(root, 'data'), 'recipe.json', build('second'))).toBe(false);
    expect(await read()).toMatchObject({ mark: 'first' });
  });

  it.each([
    ['of another version', `{ "dataVersion": ${DATA_VERSION - 1} }`],
    ['whose description is cut off', '{ "dataVers'],
  ])('builds a folder %s again, without its old files', async (_, text) => {
    await mkdir(join(root, 'data', 'images'), { recursive: true });
    await writeFile(join(root, 'data', 'recipe.json'), text);
    await writeFile(join(root, 'data', 'images', 'old.png'), 'old');
    expect(await buildOnce(join(root, 'data'), 'recipe.json', build())).toBe(true);
    expect(await readdir(join(root, 'data', 'images'))).not.toContain('old.png');
  });

  it('leaves nothing when the builder fails, and the old folder where it was', async () => {
    await mkdir(join(root, 'data'));
    await writeFile(join(root, 'data', 'recipe.json'), '{ "mark": "old" }');
    const failing = async (writer: FolderWriter): Promise<void> => {
      await build()(writer);
      throw new Error('halfway');
    };
    await expect(buildOnce(join(root, 'data'), 'recipe.json', failing)).rejects.toThrow('halfway');
    expect(await readdir(root)).toEqual(['data']);
    expect(await read()).toEqual({ mark: 'old' });
  });

  it('fails when a picture cannot be written', async () => {
    const failing = async (writer: FolderWriter): Promise<void> => {
      await writer.image('nowhere/1.png', pixels);
      await build()(writer);
    };
    await expect(buildOnce(join(root, 'data'), 'recipe.json', failing)).rejects.toThrow('ENOENT');
    expect(await readdir(root)).toEqual([]);
  });

  it('lets several builders finish at once: one folder, complete', async () => {
    const outcomes = await Promise.all(
      ['a', 'b', 'c'].map((mark) => buildOnce(join(root, 'data'), 'recipe.json', build(mark))),
    );
    expect(outcomes).toContain(true);
    expect(await readdir(root)).toEqual(['data']);
    expect(await readdir(join(root, 'data', 'images'))).toHaveLength(40);
  });

  it('says which folder it cannot build and why', async () => {
    await writeFile(join(root, 'home'), 'a file');
    await expect(buildOnce(join(root, 'home', 'data'), 'recipe.json', build())).rejects.toMatchObject({
      code: 'DATA_NOT_WRITABLE',
      path: join(root, 'home', 'data'),
      value: 'ENOTDIR',
      message: expect.stringContaining('a part of its path is a file'),
      fix: expect.stringContaining('--home'),
    });
    const full = (): Promise<void> => Promise.reject(Object.assign(new Error('write'), { code: 'ENOSPC' }));
    await expect(buildOnce(join(root, 'data'), 'recipe.json', full)).rejects.toMatchObject({
      code: 'DATA_NOT_WRITABLE',
      message: expect.stringContaining('the disk is full'),
    });
  });
});

it('provenance names packages, licences and installed versions', () => {
  expect(provenance()).toContainEqual({
    package: '@iconify-json/noto',
    what: 'Noto emoji',
    licence: 'Apache-2.0',
    version: expect.stringMatching(/^\d+\.\d+\.\d+$/),
  });
});
