import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { StaticFiles } from './static-files.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-static-'));
  await mkdir(join(folder, 'web', 'assets'), { recursive: true });
  await writeFile(join(folder, 'web', 'index.html'), '<p>page</p>');
  await writeFile(join(folder, 'web', 'assets', 'a-1.js'), 'code()');
  await writeFile(join(folder, 'secret.txt'), 'no');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('files of a build', () => {
  const files = (): StaticFiles => new StaticFiles(join(folder, 'web'));

  it('are kept for ever when their name has a digest, else asked for again', async () => {
    expect((await files().find('assets/a-1.js', ''))?.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': 'text/javascript; charset=utf-8',
    });
    const page = await files().find('index.html', '');
    expect(page?.headers).toMatchObject({
      'cache-control': 'no-cache',
      etag: expect.stringMatching(/^".{22}"$/),
    });
    expect(page?.body.toString()).toBe('<p>page</p>');
  });

  it('come compressed as the browser likes it', async () => {
    const br = await files().find('assets/a-1.js', 'gzip, deflate, br');
    expect(brotliDecompressSync(br!.body).toString()).toBe('code()');
    expect(br!.headers).toMatchObject({ 'content-encoding': 'br', vary: 'accept-encoding' });
    const gz = await files().find('assets/a-1.js', 'gzip');
    expect(gunzipSync(gz!.body).toString()).toBe('code()');
  });

  it('are only those below the folder', async () => {
    for (const name of ['../secret.txt', '%2e%2e/secret.txt', '..%2fsecret.txt', 'none.js', 'assets', '%'])
      expect(await files().find(name, '')).toBeNull();
  });
});
