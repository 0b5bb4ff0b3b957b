import type { Transaction } from './database.js';
import { Prisma } from './generated/client.js';

/** Whether a running experiment wants the stage `s` of the query around it. */
export const isWanted = Prisma.sql`EXISTS (SELECT 1 FROM run_stages rs JOIN runs r ON r.id = rs.run_id JOIN experiments e ON e.id = r.experiment_id
  WHERE rs.stage_key = s.key AND e.state = 'running')`;

/** Any fixed number: whoever changes which stages are wanted comes one after the other, so that none decides on an old picture. */
const LOCK = 4600_2027;

/** Waits until no other transaction changes what is wanted; to be taken before any row. */
export async function lockWants(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
}

/** Offers failed and cancelled stages again, and takes back requests to stop running ones. Returns how many wait again. */
export async function wantAgain(tx: Transaction, keys: readonly string[]): Promise<number> {
  await tx.$executeRaw`UPDATE attempts SET cancel_requested = false WHERE stage_key = ANY(${[...keys]}) AND state = 'leased' AND cancel_requested`;
  return tx.$executeRaw`UPDATE stages SET state = 'waiting', failures = 0, error = NULL WHERE key = ANY(${[...keys]}) AND state IN ('failed', 'cancelled')`;
}
