import { TRAINER_VERSION } from '@ablate/catalogue';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import type { ReadyStage } from '@ablate/storage';
import type { Context } from '../context.js';

/** Attempts that wait in a pool's queue: enough that no slot idles, few enough that the queue stays a carrier. */
const depthFor = (slots: number): number => Math.max(8, 2 * slots);

/** Why a stage cannot run as it was planned; its key would no longer say what computed it. */
function outdated(stage: ReadyStage, numericsClass: string): AblateErrorShape | null {
  const refusal = (path: string, value: unknown, rule: string): AblateErrorShape =>
    new AblateError(
      'PLANNED_FOR_OTHER',
      `Stage ${stage.key.slice(0, 12)} was planned for ${path} ${String(value)}.`,
      {
        path,
        value,
        rule,
        fix: 'Submit the grid again: it is then planned for what is here now, and shares what is finished.',
      },
    ).toJSON();
  if (stage.numericsClass !== null && stage.numericsClass !== numericsClass) {
    return refusal(
      'numericsClass',
      stage.numericsClass,
      `Pool "${stage.pool}" computes with ${numericsClass}.`,
    );
  }
  if (stage.trainerVersion !== null && stage.trainerVersion !== TRAINER_VERSION) {
    return refusal('trainerVersion', stage.trainerVersion, `The trainer here is version ${TRAINER_VERSION}.`);
  }
  return null;
}

/** Room in each pool's queue: its depth less what waits there. A pool that has had no worker yet has no class, and gets nothing. */
async function roomByPool(
  { workers, attempts }: Context,
  pools: Iterable<string>,
): Promise<Map<string, number>> {
  const online = await workers.list();
  const queued = await attempts.queued();
  const slotsOf = (pool: string): number =>
    online.reduce((total, worker) => total + (worker.pool === pool ? worker.slots : 0), 0);
  return new Map(
    [...pools].map((pool) => [
      pool,
      depthFor(slotsOf(pool)) - queued.filter(({ stage }) => stage.pool === pool).length,
    ]),
  );
}

/**
 * Gives ready stages an attempt and a job: by priority, then age, within each experiment's `maxParallel` and the depth of the pool's
 * queue. Refuses those that were planned for another numerics class or trainer. Returns how many it scheduled.
 */
export async function scheduleReady(context: Context): Promise<number> {
  const { stages, attempts, experiments, workers, queueOf, logger } = context;
  const classes = await workers.pools();
  const room = await roomByPool(context, classes.keys());
  if (![...room.values()].some((free) => free > 0)) return 0;
  const ready = await stages.ready();
  if (ready.length === 0) return 0;
  const active = new Map(await stages.active());
  const limits = new Map(
    (await experiments.running()).map(({ id, maxParallel }) => [id, maxParallel ?? Infinity]),
  );
  let scheduled = 0;
  for (const stage of ready) {
    const { key, priority, pool, experiments: wanting } = stage;
    const numericsClass = classes.get(pool);
    if (numericsClass === undefined || room.get(pool)! <= 0) continue;
    if (!wanting.some((id) => (active.get(id) ?? 0) < (limits.get(id) ?? 0))) continue;
    const refusal = outdated(stage, numericsClass);
    if (refusal) {
      await stages.refuse(key, refusal);
      logger.warn({ stage: key, refusal }, 'stage refused');
      continue;
    }
    const attempt = await attempts.create(key);
    if (!attempt) continue;
    const queue = await queueOf(pool);
    await queue.enqueue(
      'run-stage',
      { version: 1, stageKey: key, attemptId: attempt.id, pool },
      { jobId: attempt.id, priority },
    );
    for (const id of wanting) active.set(id, (active.get(id) ?? 0) + 1);
    room.set(pool, room.get(pool)! - 1);
    scheduled += 1;
  }
  return scheduled;
}
