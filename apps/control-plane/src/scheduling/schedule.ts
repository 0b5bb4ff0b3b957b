import type { Context } from '../context.js';

/** Gives ready stages an attempt and a job: by priority, then age, within each experiment's `maxParallel`. Returns how many. */
export async function scheduleReady({ stages, attempts, experiments, queueOf }: Context): Promise<number> {
  const ready = await stages.ready();
  if (ready.length === 0) return 0;
  const active = new Map(await stages.active());
  const limits = new Map(
    (await experiments.running()).map(({ id, maxParallel }) => [id, maxParallel ?? Infinity]),
  );
  let scheduled = 0;
  for (const { key, priority, pool, experiments: wanting } of ready) {
    const room = wanting.filter((id) => (active.get(id) ?? 0) < (limits.get(id) ?? 0));
    if (room.length === 0) continue;
    const attempt = await attempts.create(key);
    if (!attempt) continue;
    const queue = await queueOf(pool);
    await queue.enqueue(
      'run-stage',
      { version: 1, stageKey: key, attemptId: attempt.id, pool },
      { jobId: attempt.id, priority },
    );
    for (const id of wanting) active.set(id, (active.get(id) ?? 0) + 1);
    scheduled += 1;
  }
  return scheduled;
}
