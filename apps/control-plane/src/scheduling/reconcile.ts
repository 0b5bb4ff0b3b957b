import { settledState } from '../read/describe-experiment.js';
import type { Context } from '../context.js';

/** A queued attempt is given so long before its missing job is taken for lost. */
const SETTLE_MS = 2000;
const SILENT_FACTOR = 4;

/** Brings the queue and experiments in line with the rows: lost leases, attempts without a job, finished experiments, silent workers. */
export async function reconcile(context: Context): Promise<void> {
  const { attempts, experiments, workers, queueOf, settings, logger } = context;
  for (const { attemptId, workerId } of await attempts.expire(settings.timing.graceMs)) {
    logger.warn({ attempt: attemptId, worker: workerId }, 'lease ran out: lost');
  }
  const now = Date.now();
  for (const { id, stageKey, queuedAt, stage } of await attempts.queued()) {
    if (now - queuedAt.getTime() < SETTLE_MS) continue;
    const queue = await queueOf(stage.pool);
    if (await queue.has(id)) continue;
    // A retained job of this id, finished without ever leasing, would keep it from being added again.
    await queue.remove(id).catch(() => undefined);
    await queue.enqueue(
      'run-stage',
      { version: 1, stageKey, attemptId: id, pool: stage.pool },
      { jobId: id, priority: stage.priority },
    );
    logger.warn({ attempt: id }, 'had a row and no job: enqueued again');
  }
  await workers.forget(settings.timing.renewMs * SILENT_FACTOR + settings.timing.leaseMs);
  for (const experiment of await experiments.running()) {
    const state = await settledState(context, experiment);
    if (state === 'running') continue;
    await experiments.setState(experiment.id, state, true);
    logger.info({ experiment: experiment.id, state }, 'experiment ended');
  }
}
