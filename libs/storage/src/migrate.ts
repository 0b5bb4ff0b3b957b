import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { AblateError } from '@ablate/errors';
import pg from 'pg';
import { connectionOf } from './database.js';

const MIGRATIONS = fileURLToPath(new URL('../../../prisma/migrations/', import.meta.url));
/** Any fixed number: only one process migrates at a time. */
const LOCK = 4600_2026;

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
}

/**
 * Applies the SQL files of prisma/migrations that Prisma's `_prisma_migrations` table does not list, each in a transaction.
 * Safe to call from several processes at once. Returns the names that it applied.
 * A database of a newer build (DATABASE_NEWER) or of changed files (MIGRATION_CHANGED) is refused.
 */
export async function migrate(url: string): Promise<string[]> {
  const client = new pg.Client(connectionOf(url));
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
      id VARCHAR(36) PRIMARY KEY, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL,
      logs TEXT, rolled_back_at TIMESTAMPTZ, started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
    const { rows } = await client.query<Applied>(
      'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY migration_name',
    );
    const all = await readMigrations();
    for (const row of rows) check(row, all);
    const known = new Set(rows.map(({ migration_name }) => migration_name));
    const fresh = all.filter(({ name }) => !known.has(name));
    for (const migration of fresh) await apply(client, migration);
    return fresh.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(MIGRATIONS)).filter((name) => /^\d/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => {
      const sql = await readFile(`${MIGRATIONS}${name}/migration.sql`, 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}

/** Refuses a database that this build's migrations did not make. */
function check({ migration_name: name, checksum }: Applied, all: readonly Migration[]): void {
  const ours = all.find((migration) => migration.name === name);
  if (ours?.checksum === checksum) return;
  throw ours
    ? new AblateError(
        'MIGRATION_CHANGED',
        `Migration ${name} is not the file that this database was made with.`,
        {
          path: `prisma/migrations/${name}`,
          value: checksum,
          rule: 'A migration never changes once it was applied.',
          fix: 'Restore the file and add a new migration, or use another database.',
        },
      )
    : new AblateError(
        'DATABASE_NEWER',
        `This database has migration ${name}, which this build does not know.`,
        {
          path: 'DATABASE_URL',
          value: name,
          rule: 'A build opens databases of its own version or older.',
          fix: 'Use a newer build, or another database.',
        },
      );
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  await client.query('BEGIN');
  try {
    await client.query(sql);
    await client.query(
      'INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)',
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  }
}
