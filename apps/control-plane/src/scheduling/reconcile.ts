import type { Context } from '../context.js';

/** A queued attempt is given so long before its missing job is taken for lost. */
const SETTLE_MS = 2000;
const SILENT_FACTOR = 4;

/** Attempts that have a row and no job, as after a flush of the queue, get their job again. */
async function enqueueMissing({ attempts, queueOf, logger }: Context): Promise<void> {
  const now = Date.now();
  for (const { id, stageKey, queuedAt, stage } of await attempts.queued()) {
    if (now - queuedAt.getTime() < SETTLE_MS) continue;
    const queue = await queueOf(stage.pool);
    if (await queue.has(id)) continue;
    await queue.enqueue(
      'run-stage',
      { version: 1, stageKey, attemptId: id, pool: stage.pool },
      { jobId: id, priority: stage.priority },
    );
    logger.warn({ attempt: id }, 'had a row and no job: enqueued again');
  }
}

/** Brings the queue and experiments in line with the rows: lost leases, attempts without a job, silent workers, ended experiments. */
export async function reconcile(context: Context): Promise<void> {
  const { attempts, experiments, workers, settings, logger } = context;
  for (const { attemptId, workerId } of await attempts.expire(settings.timing.graceMs)) {
    logger.warn({ attempt: attemptId, worker: workerId }, 'lease ran out: lost');
  }
  await enqueueMissing(context);
  await workers.forget(settings.timing.renewMs * SILENT_FACTOR + settings.timing.leaseMs);
  for (const ended of await experiments.settle()) logger.info(ended, 'experiment ended');
}
