import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ArtifactStore } from './artifact-store.js';

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

describe('the artifact store', () => {
  let root: string;
  let store: ArtifactStore;
  const file = async (text: string): Promise<string> => {
    const path = join(root, 'given');
    await writeFile(path, text);
    return path;
  };
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ablate-artifacts-'));
    store = new ArtifactStore(join(root, 'store'));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  it('keeps a file under its digest and leaves nothing else behind', async () => {
    const sha256 = digest('weights');
    await store.put(await file('weights'), sha256);
    const path = await store.verified(sha256);
    expect(path).toBe(join(root, 'store', 'objects', sha256.slice(0, 2), sha256));
    expect(await readFile(path, 'utf8')).toBe('weights');
    expect(await readdir(dirname(path))).toEqual([sha256]);
  });

  it('takes the same file from several writers at once', async () => {
    const given = await file('same');
    await Promise.all(Array.from({ length: 8 }, () => store.put(given, digest('same'))));
    expect(await readdir(dirname(store.pathOf(digest('same'))))).toEqual([digest('same')]);
  });

  it('refuses a file whose bytes are not those of its digest, and keeps none of it', async () => {
    const sha256 = digest('promised');
    await expect(store.put(await file('given'), sha256)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      value: digest('given'),
    });
    expect(await readdir(dirname(store.pathOf(sha256)))).toEqual([]);
  });

  it('notices on reading that an object was changed or is gone', async () => {
    const sha256 = digest('fine');
    await store.put(await file('fine'), sha256);
    await writeFile(store.pathOf(sha256), 'fime');
    await expect(store.verified(sha256)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      path: store.pathOf(sha256),
    });
    await rm(store.pathOf(sha256));
    await expect(store.verified(sha256)).rejects.toMatchObject({ code: 'ARTIFACT_MISSING' });
  });

  it('gives each attempt a folder and removes it', async () => {
    const folder = await store.makeAttemptDir('a-1');
    await writeFile(join(folder, 'x'), '');
    expect(await readdir(join(root, 'store', 'attempts'))).toEqual(['a-1']);
    await store.removeAttempt('a-1');
    expect(await readdir(join(root, 'store', 'attempts'))).toEqual([]);
  });

  it('says in words that its folder is none', async () => {
    await writeFile(join(root, 'store'), 'a file is in the way');
    const named = { code: 'ARTIFACTS_NOT_WRITABLE', path: join(root, 'store'), value: 'ENOTDIR' };
    await expect(store.makeAttemptDir('a-1')).rejects.toMatchObject(named);
  });

  const asUser = process.getuid?.() === 0 ? it.skip : it;
  asUser('names a folder that this user may not write (skipped: root may write anywhere)', async () => {
    await chmod(root, 0o500);
    await expect(store.makeAttemptDir('a-1')).rejects.toMatchObject({
      code: 'ARTIFACTS_NOT_WRITABLE',
      path: join(root, 'store'),
    });
    await chmod(root, 0o700);
  });
});
