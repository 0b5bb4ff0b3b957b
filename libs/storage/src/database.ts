import { AblateError } from '@ablate/errors';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/client.js';

export type Database = PrismaClient;
/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

/**
 * How long a session may hold a transaction open without a word. A process that was stopped (a closed laptop, SIGSTOP)
 * in the middle of one would otherwise keep its row locks, and nobody could take its lease over.
 */
const IDLE_IN_TRANSACTION_MS = 15_000;

/** For transactions that may wait behind a large submission. */
export const PATIENT = { timeout: 60_000, maxWait: 30_000 } as const;

/** How the sessions that write connect. */
export const connectionOf = (url: string) => ({
  connectionString: url,
  idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
});

/** Opens the database and checks that it answers; a failure names the address without its password. */
export async function openDatabase(url: string): Promise<Database> {
  const database = new PrismaClient({
    adapter: new PrismaPg({ ...connectionOf(url), max: 10 }),
    errorFormat: 'minimal',
  });
  try {
    await database.$queryRaw`SELECT 1`;
  } catch (cause) {
    await database.$disconnect();
    throw new AblateError(
      'DATABASE_UNREACHABLE',
      `PostgreSQL does not answer at ${withoutPassword(url)}.`,
      {
        path: 'DATABASE_URL',
        value: withoutPassword(url),
        rule: 'A running PostgreSQL 13 or newer.',
        fix: 'Start the server, correct DATABASE_URL, or unset it to use the embedded one.',
      },
      { cause },
    );
  }
  return database;
}

const withoutPassword = (url: string): string => url.replace(/:\/\/([^:@/]*):[^@/]*@/, '://$1:***@');
