import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../src/embedded/index.js';

const query = async (server: EmbeddedPostgres, text: string): Promise<unknown[]> => {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  const { rows } = await client.query<Record<string, unknown>>(text);
  await client.end();
  return rows;
};

describe('the embedded PostgreSQL', () => {
  let root: string;
  const running: EmbeddedPostgres[] = [];
  const start = async (dir: string): Promise<EmbeddedPostgres> => {
    const server = await startEmbeddedPostgres({ dir });
    running.push(server);
    return server;
  };
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'ablate-postgres-'));
  });
  afterEach(async () => {
    await Promise.all(running.splice(0).map((server) => server.stop()));
    const location = await readFile(join(root, 'postgres', 'location'), 'utf8').catch(() => null);
    if (location !== null) await rm(dirname(location), { recursive: true, force: true });
    await rm(root, { recursive: true, force: true });
  });

  it('keeps its data between starts, ends an orphan, and lets nobody in without the password', async () => {
    await chmod(root, 0o755);
    const first = await start(join(root, 'postgres'));
    await query(first, 'CREATE TABLE kept AS SELECT 7 AS n');
    const guess = new pg.Client({ connectionString: first.url.replace(/:[0-9a-f]{32}@/, ':guess@') });
    await expect(guess.connect()).rejects.toThrow(/password/);

    // The first server is left running, as after a SIGKILL of its owner.
    const second = await start(join(root, 'postgres'));
    await first.ended;
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 7 }]);
    await second.stop();
    await expect(query(second, 'SELECT 1')).rejects.toThrow();
  }, 300_000);

  const asRoot = process.getuid?.() === 0 ? it : it.skip;
  asRoot(
    'starts as root in a folder that others may not enter (skipped: needs root)',
    async () => {
      await chmod(root, 0o700);
      const server = await start(join(root, 'postgres'));
      expect(await query(server, 'SELECT current_user AS who')).toEqual([{ who: 'ablate' }]);
      expect(await readFile(join(root, 'postgres', 'location'), 'utf8')).toMatch(/\/data$/);
    },
    120_000,
  );
});
