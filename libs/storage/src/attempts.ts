import { randomBytes, randomUUID } from 'node:crypto';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import { PATIENT, type Database, type Transaction } from './database.js';
import { Prisma, type Attempt, type Stage } from './generated/client.js';
import { errorColumn } from './json.js';
import { holdWants, isWanted, isWantedNow } from './wanted.js';

/** Proof that a worker may write for an attempt. */
export interface Fence {
  readonly attemptId: string;
  readonly token: string;
}

export interface Lease extends Fence {
  readonly attempt: Attempt;
  readonly stage: Stage;
  /** The furthest checkpoint of earlier attempts. */
  readonly checkpoint: { readonly step: number; readonly path: string; readonly device: string } | null;
}

export interface NewCheckpoint {
  readonly stageKey: string;
  /** Updates done. */
  readonly step: number;
  /** Folder below the artifact store. */
  readonly path: string;
  readonly device: string;
  readonly bitExact: boolean;
}

export type Outcome =
  | { readonly state: 'done'; readonly seconds: number; readonly bitExact: boolean }
  | { readonly state: 'failed'; readonly error: AblateErrorShape; readonly final: boolean }
  | { readonly state: 'released' }
  | { readonly state: 'cancelled' };

const stale = ({ attemptId }: Fence): AblateError =>
  new AblateError('STALE_ATTEMPT', `Attempt ${attemptId} has been given away: its write is rejected.`, {
    path: 'attempts',
    value: attemptId,
    rule: 'Only the holder of the lease writes.',
    fix: 'Nothing: another attempt goes on from the last checkpoint.',
  });

/** Checks a fence inside a transaction and holds the attempt; a stale write is counted and rejected. */
export async function checkFence(tx: Transaction, fence: Fence): Promise<void> {
  const rows = await tx.$queryRaw<
    unknown[]
  >`SELECT 1 FROM attempts WHERE id = ${fence.attemptId} AND token = ${fence.token} AND state = 'leased' FOR UPDATE`;
  if (rows.length === 0) throw stale(fence);
}

/** Counts a write of somebody who no longer holds the lease. */
export async function countStaleWrite(database: Database): Promise<void> {
  await database.counter.upsert({
    where: { name: 'stale_writes' },
    create: { name: 'stale_writes', value: 1 },
    update: { value: { increment: 1 } },
  });
}

/** Runs a fenced write; counts it when it is stale. */
export async function fenced<T>(
  database: Database,
  fence: Fence,
  write: (tx: Transaction) => Promise<T>,
): Promise<T> {
  try {
    return await database.$transaction(
      async (tx) => {
        await checkFence(tx, fence);
        return write(tx);
      },
      { timeout: 30_000, maxWait: 30_000 },
    );
  } catch (error) {
    if (error instanceof AblateError && error.code === 'STALE_ATTEMPT') {
      await countStaleWrite(database);
    }
    throw error;
  }
}

/** How a stage goes on after its attempt's end. */
async function moveStage(tx: Transaction, key: string, outcome: Outcome): Promise<void> {
  const where = { key };
  switch (outcome.state) {
    case 'done': {
      const { seconds, bitExact } = outcome;
      const data = { state: 'done', seconds, bitExact, finishedAt: new Date(), error: Prisma.DbNull };
      await tx.stage.update({ where, data });
      await tx.checkpoint.deleteMany({ where: { stageKey: key } });
      break;
    }
    case 'failed': {
      const state = outcome.final ? 'failed' : 'waiting';
      await tx.stage.update({
        where,
        data: { state, failures: { increment: 1 }, error: errorColumn(outcome.error) },
      });
      break;
    }
    case 'released':
      await tx.stage.update({ where, data: { state: 'waiting' } });
      break;
    case 'cancelled':
      // Somebody may have asked for it while it stopped.
      await tx.$executeRaw`UPDATE stages s SET state = CASE WHEN ${isWanted} THEN 'waiting' ELSE 'cancelled' END WHERE key = ${key}`;
      break;
  }
}

/** Attempts: leased executions of stages. */
export class AttemptRepository {
  constructor(private readonly database: Database) {}

  /** Makes the next attempt of a waiting stage; null when somebody else did, it no longer waits, or no running experiment wants it. */
  async create(stageKey: string): Promise<Attempt | null> {
    return this.database.$transaction(async (tx) => {
      await holdWants(tx);
      const moved =
        await tx.$executeRaw`UPDATE stages s SET state = 'queued' WHERE key = ${stageKey} AND state = 'waiting' AND ${isWantedNow}`;
      if (moved === 0) return null;
      const last = await tx.attempt.findFirst({
        where: { stageKey },
        orderBy: { number: 'desc' },
        select: { number: true },
      });
      const number = (last?.number ?? 0) + 1;
      return tx.attempt.create({
        data: { id: `${stageKey.slice(0, 24)}-${number}`, stageKey, number, token: randomUUID() },
      });
    }, PATIENT);
  }

  /** Takes a queued attempt for a worker, with a new token; null when it is not queued any more. Metrics beyond the checkpoint are cut. */
  async lease(attemptId: string, workerId: string, device: string, leaseMs: number): Promise<Lease | null> {
    const token = randomBytes(16).toString('hex');
    return this.database.$transaction(async (tx) => {
      const taken = await tx.$executeRaw`
        UPDATE attempts SET state = 'leased', token = ${token}, worker_id = ${workerId}, device = ${device}, started_at = now(), heartbeat_at = now(),
          progress_at = now(), lease_expires_at = now() + ${leaseMs} * interval '1 millisecond'
        WHERE id = ${attemptId} AND state = 'queued'`;
      if (taken === 0) return null;
      const attempt = await tx.attempt.findUniqueOrThrow({ where: { id: attemptId } });
      const stage = await tx.stage.update({ where: { key: attempt.stageKey }, data: { state: 'running' } });
      const checkpoint = await tx.checkpoint.findFirst({
        where: { stageKey: stage.key },
        orderBy: [{ step: 'desc' }, { createdAt: 'desc' }],
        select: { step: true, path: true, device: true },
      });
      await tx.$executeRaw`DELETE FROM metric_points p USING metric_series s
        WHERE p.series_id = s.id AND s.stage_key = ${stage.key} AND p.step > ${checkpoint?.step ?? -1}`;
      return { attemptId, token, attempt, stage, checkpoint };
    });
  }

  /** Keeps a lease: the alive clock always, the progress clock when the step moved. Returns whether to stop, or null when the lease is gone. */
  async renew(
    { attemptId, token }: Fence,
    leaseMs: number,
    progress: { step: number; totalSteps: number } | null,
  ): Promise<{ cancelRequested: boolean } | null> {
    const rows = await this.database.$queryRaw<{ cancelRequested: boolean; stageKey: string }[]>`
      UPDATE attempts SET heartbeat_at = now(), lease_expires_at = now() + ${leaseMs} * interval '1 millisecond',
        progress_at = CASE WHEN ${progress?.step ?? null}::int IS DISTINCT FROM step AND ${progress !== null} THEN now() ELSE progress_at END,
        step = COALESCE(${progress?.step ?? null}::int, step), total_steps = COALESCE(${progress?.totalSteps ?? null}::int, total_steps)
      WHERE id = ${attemptId} AND token = ${token} AND state = 'leased'
      RETURNING cancel_requested AS "cancelRequested", stage_key AS "stageKey"`;
    const [row] = rows;
    if (!row) return null;
    if (progress)
      await this.database.stage.update({
        where: { key: row.stageKey },
        data: { step: progress.step, totalSteps: progress.totalSteps },
      });
    return { cancelRequested: row.cancelRequested };
  }

  /** Records a complete checkpoint folder. Once one is not bit-exact, neither is what goes on from it. */
  async checkpoint(fence: Fence, { stageKey, step, path, device, bitExact }: NewCheckpoint): Promise<void> {
    const { attemptId } = fence;
    await fenced(this.database, fence, async (tx) => {
      await tx.checkpoint.upsert({
        where: { attemptId_step: { attemptId, step } },
        create: { attemptId, step, stageKey, path, device },
        update: { path },
      });
      await tx.stage.update({ where: { key: stageKey }, data: { bitExact } });
    });
  }

  /** Ends an attempt and moves its stage on; `write` joins the same transaction (artifacts, predictions). */
  async finish(
    fence: Fence,
    outcome: Outcome,
    write: (tx: Transaction) => Promise<void> = async () => undefined,
  ): Promise<void> {
    await fenced(this.database, fence, async (tx) => {
      await write(tx);
      const error = outcome.state === 'failed' ? errorColumn(outcome.error) : Prisma.DbNull;
      const attempt = await tx.attempt.update({
        where: { id: fence.attemptId },
        data: { state: outcome.state, finishedAt: new Date(), error },
      });
      await moveStage(tx, attempt.stageKey, outcome);
    });
  }

  /**
   * Leases that ran out more than `graceMs` ago: lost, which is not failed and costs no retry. Returns their stages.
   * One that is being written to right now is left for the next time, so that a stopped worker never holds this up.
   */
  async expire(graceMs: number): Promise<{ attemptId: string; stageKey: string; workerId: string | null }[]> {
    return this.database.$transaction(async (tx) => {
      const lost = await tx.$queryRaw<{ attemptId: string; stageKey: string; workerId: string | null }[]>`
        UPDATE attempts SET state = 'lost', finished_at = now()
        WHERE id IN (SELECT id FROM attempts
          WHERE state = 'leased' AND lease_expires_at + ${graceMs} * interval '1 millisecond' < now()
          FOR UPDATE SKIP LOCKED)
        RETURNING id AS "attemptId", stage_key AS "stageKey", worker_id AS "workerId"`;
      const ids = lost.map(({ attemptId }) => attemptId);
      await tx.$executeRaw`UPDATE stages s SET state = CASE WHEN a.cancel_requested AND NOT ${isWanted} THEN 'cancelled' ELSE 'waiting' END
        FROM attempts a WHERE a.id = ANY(${ids}) AND a.stage_key = s.key AND s.state = 'running'`;
      return lost;
    });
  }

  /** Attempts that wait in the queue, with what their jobs need. */
  queued(): Promise<(Attempt & { stage: { priority: number; pool: string } })[]> {
    return this.database.attempt.findMany({
      where: { state: 'queued' },
      orderBy: { queuedAt: 'asc' },
      include: { stage: { select: { priority: true, pool: true } } },
    });
  }

  leased(): Promise<(Attempt & { stage: { name: string } })[]> {
    return this.database.attempt.findMany({
      where: { state: 'leased' },
      orderBy: { startedAt: 'asc' },
      include: { stage: { select: { name: true } } },
    });
  }

  ofStage(stageKey: string): Promise<Attempt[]> {
    return this.database.attempt.findMany({ where: { stageKey }, orderBy: { number: 'asc' } });
  }

  /** Number of attempts of each stage. */
  async counts(stageKeys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.attempt.groupBy({
      by: ['stageKey'],
      where: { stageKey: { in: [...stageKeys] } },
      _count: true,
    });
    return new Map(rows.map(({ stageKey, _count }) => [stageKey, _count]));
  }

  async staleWrites(): Promise<number> {
    return (await this.database.counter.findUnique({ where: { name: 'stale_writes' } }))?.value ?? 0;
  }
}
