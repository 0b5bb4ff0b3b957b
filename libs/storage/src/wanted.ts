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

/**
 * Offers failed and cancelled stages again, and takes back requests to stop running ones; experiments that had failed by one of them
 * go on. Returns how many wait again.
 */
export async function wantAgain(tx: Transaction, keys: readonly string[]): Promise<number> {
  const given = [...keys];
  await tx.$executeRaw`UPDATE attempts SET cancel_requested = false WHERE stage_key = ANY(${given}) AND state = 'leased' AND cancel_requested`;
  await tx.$executeRaw`UPDATE experiments SET state = 'running', finished_at = NULL WHERE state = 'failed' AND id IN (
    SELECT r.experiment_id FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
    WHERE s.key = ANY(${given}) AND s.state = 'failed')`;
  return tx.$executeRaw`UPDATE stages SET state = 'waiting', failures = 0, error = NULL WHERE key = ANY(${given}) AND state IN ('failed', 'cancelled')`;
}
