import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { startEmbeddedPostgres } from '../embedded/index.js';

export interface TestDatabase {
  readonly url: string;
  stop(): Promise<void>;
}

/** A fresh, empty database: on an embedded server of its own, or on the server of `server` (a URL whose user may create databases). */
export async function startTestDatabase(server?: string): Promise<TestDatabase> {
  if (server !== undefined) return createDatabase(server, async () => undefined);
  const dir = await mkdtemp(join(tmpdir(), 'ablate-postgres-'));
  const embedded = await startEmbeddedPostgres({ dir });
  return createDatabase(embedded.url, async () => {
    await embedded.stop();
    await rm(dir, { recursive: true, force: true });
  });
}

async function createDatabase(server: string, stop: () => Promise<void>): Promise<TestDatabase> {
  const name = `ablate_test_${randomBytes(6).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const client = new pg.Client({ connectionString: server });
    await client.connect();
    await client.query(sql).finally(() => client.end());
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    stop: async () => {
      await run(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await stop();
    },
  };
}
