import { AblateError } from '@ablate/errors';
import { PrismaPg } from '@prisma/adapter-pg';
import { Prisma, PrismaClient } from './generated/client.js';

export type Database = PrismaClient;
/** The client inside a transaction. */
export type Transaction = Prisma.TransactionClient;

/** Opens the database and checks that it answers; a failure names the address without its password. */
export async function openDatabase(url: string): Promise<Database> {
  const database = new PrismaClient({
    adapter: new PrismaPg({ connectionString: url, max: 10 }),
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
