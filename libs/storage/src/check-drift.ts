import pg from 'pg';
import { describeDatabase } from './drift/describe-database.js';
import { schemaSql } from './drift/schema-sql.js';
import { migrate } from './migrate.js';
import { startTestDatabase } from './testing/index.js';

/**
 * `node dist/check-drift.js`: makes one database with the migrations and one with the SQL of prisma/schema.prisma, and compares them.
 * Exits 1 and names every difference when a migration is missing.
 */
async function describe(url: string, sql: string | null): Promise<string[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    if (sql !== null) await client.query(sql);
    return await describeDatabase(client);
  } finally {
    await client.end();
  }
}

const migrated = await startTestDatabase();
const made = await startTestDatabase(migrated.url);
try {
  await migrate(migrated.url);
  const ours = await describe(migrated.url, null);
  const wanted = await describe(made.url, await schemaSql(made.url));
  const differences = [
    ...wanted.filter((line) => !ours.includes(line)).map((line) => `only in prisma/schema.prisma: ${line}`),
    ...ours.filter((line) => !wanted.includes(line)).map((line) => `only in the migrations: ${line}`),
  ];
  console.log(
    differences.length === 0 ? 'The migrations equal prisma/schema.prisma.' : differences.join('\n'),
  );
  process.exitCode = differences.length === 0 && ours.length > 0 ? 0 : 1;
} finally {
  await made.stop();
  await migrated.stop();
}
