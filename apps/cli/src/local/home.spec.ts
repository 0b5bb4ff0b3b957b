import { createServer } from 'node:net';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { choosePort, isPortFree, leaveHome, prepareHome, readUpNote, takeHome } from './home.js';

describe('the home', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ablate-home-'));
  });
  afterEach(() => rm(root, { recursive: true }));

  it('is made, and refused where files cannot be written', async () => {
    expect(await prepareHome(join(root, 'a', 'b'))).toBe(join(root, 'a', 'b'));
    await writeFile(join(root, 'file'), '');
    await expect(prepareHome(join(root, 'file', 'home'))).rejects.toMatchObject({
      code: 'HOME_NOT_WRITABLE',
      path: join(root, 'file', 'home'),
      value: 'ENOTDIR',
      fix: expect.stringContaining('--home'),
    });
  });

  const onLinux = process.platform === 'linux' ? it : it.skip;
  // They take no files, whoever asks.
  onLinux.each(['/sys/ablate', '/proc/ablate'])(
    'is refused on a file system that takes no files: %s',
    async (path) => {
      await expect(prepareHome(path)).rejects.toMatchObject({ code: 'HOME_NOT_WRITABLE' });
    },
  );

  it('is taken by one process at a time; a dead process leaves it', async () => {
    const note = { port: 1, databaseUrl: 'x', children: [] };
    await takeHome(root, note);
    expect(await readUpNote(root)).toMatchObject({ pid: process.pid, port: 1 });
    expect((await stat(join(root, 'up.json'))).mode & 0o777).toBe(0o600);
    // No process has such a number.
    await writeFile(
      join(root, 'up.json'),
      JSON.stringify({ ...note, pid: 2 ** 22 + 1, children: [2 ** 22 + 2] }),
    );
    expect(await readUpNote(root)).toBeNull();
    await takeHome(root, { ...note, port: 2 });
    expect(JSON.parse(await readFile(join(root, 'up.json'), 'utf8'))).toMatchObject({
      pid: process.pid,
      port: 2,
    });
    await leaveHome(root);
    expect(await readUpNote(root)).toBeNull();
  });

  it('survives a note that was cut off', async () => {
    await writeFile(join(root, 'up.json'), '{"pid":');
    expect(await readUpNote(root)).toBeNull();
    await takeHome(root, { port: 3, databaseUrl: 'x', children: [] });
    expect(await readUpNote(root)).toMatchObject({ port: 3 });
  });
});

describe('a port', () => {
  it('is refused when it is taken, and picked for 0', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    await expect(choosePort(port)).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      value: port,
      fix: expect.stringContaining('--port'),
    });
    expect(await isPortFree(port)).toBe(false);
    other.close();
    await once(other, 'close');
    expect(await choosePort(port)).toBe(port);
    expect(await choosePort(0)).toBeGreaterThan(0);
  });
});
