import type { Transaction } from './database.js';
import { Prisma } from './generated/client.js';

/** Whether an experiment in one of some states uses the stage `s` of the query around it. */
const isUsedBy = (states: Prisma.Sql): Prisma.Sql =>
  Prisma.sql`EXISTS (SELECT 1 FROM run_stages rs JOIN runs r ON r.id = rs.run_id JOIN experiments e ON e.id = r.experiment_id
    WHERE rs.stage_key = s.key AND e.state IN (${states}))`;

/** Whether an experiment that is not over wants the stage `s`, now or once it is resumed. */
export const isWanted = isUsedBy(Prisma.sql`'running', 'paused'`);

/** Whether a running experiment wants the stage `s`: only then it may start. */
export const isWantedNow = isUsedBy(Prisma.sql`'running'`);

/** Any fixed number: whoever changes which stages are wanted comes one after the other, so that none decides on an old picture. */
const LOCK = 4600_2027;

/** Waits until no other transaction changes what is wanted; to be taken before any row. */
export async function lockWants(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock(${LOCK})`;
}

/** Waits until nobody is changing what is wanted, and keeps it so; many may hold this at once. */
export async function holdWants(tx: Transaction): Promise<void> {
  await tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${LOCK})`;
}

/** Takes queued attempts back that no running experiment wants: their stages wait again. Those that are leased go on. */
export async function takeBackQueued(tx: Transaction, keys: readonly string[]): Promise<void> {
  const idle = Prisma.sql`(SELECT s.key FROM stages s WHERE s.key = ANY(${[...keys]}) AND NOT ${isWantedNow})`;
  await tx.$executeRaw`UPDATE attempts SET state = 'released', finished_at = now() WHERE state = 'queued' AND stage_key IN ${idle}`;
  await tx.$executeRaw`UPDATE stages SET state = 'waiting' WHERE state = 'queued' AND key IN ${idle}`;
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
