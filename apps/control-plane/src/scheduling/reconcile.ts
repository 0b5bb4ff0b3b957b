import type { Context } from '../context.js';
import { enqueueQuestion } from '../playground/ask-run.js';

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

/** A question is given to so many workers, one after the other, before it is given up. */
const MOST_LOST = 3;

/** The same for questions: lost leases are given again, rows without a job get theirs. */
async function reconcileQuestions(context: Context): Promise<void> {
  const { playground, settings, queueOf, logger } = context;
  for (const id of await playground.expire(settings.timing.graceMs, MOST_LOST))
    logger.warn({ question: id }, 'lease ran out: lost');
  const now = Date.now();
  for (const asked of await playground.waiting()) {
    if (now - asked.createdAt.getTime() < SETTLE_MS) continue;
    if (await (await queueOf(asked.pool)).has(`${asked.id}-${asked.attempt}`)) continue;
    await enqueueQuestion(context, asked);
  }
}

/** Brings the queue and experiments in line with the rows: lost leases, attempts without a job, silent workers, ended experiments. */
export async function reconcile(context: Context): Promise<void> {
  const { attempts, experiments, workers, settings, logger } = context;
  for (const { attemptId, workerId } of await attempts.expire(settings.timing.graceMs)) {
    logger.warn({ attempt: attemptId, worker: workerId }, 'lease ran out: lost');
  }
  await enqueueMissing(context);
  await reconcileQuestions(context);
  await workers.forget(settings.timing.renewMs * SILENT_FACTOR + settings.timing.leaseMs);
  for (const ended of await experiments.settle()) logger.info(ended, 'experiment ended');
}
