import type { AttemptView, WorkerView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { Attempt } from '@ablate/storage';
import type { Context } from '../context.js';

/** Workers that are not gone, and what they run. */
export async function describeWorkers({ workers, attempts }: Context): Promise<WorkerView[]> {
  const leased = await attempts.leased();
  return (await workers.list()).map(({ id, name, pool, numericsClass, slots, state, device, seenAt }) => {
    const own = leased.filter(({ workerId }) => workerId === id);
    return {
      id,
      name,
      pool,
      numericsClass,
      slots,
      busy: own.length,
      state: state as WorkerView['state'],
      device,
      seenAt: seenAt.toISOString(),
      running: own.map(({ stageKey, stage, step, totalSteps, startedAt }) => ({
        stage: stageKey,
        name: stage.name,
        step,
        totalSteps,
        since: startedAt?.toISOString() ?? null,
      })),
    };
  });
}

/** An attempt as people see it. */
export const showAttempt = (attempt: Attempt): AttemptView => ({
  id: attempt.id,
  stage: attempt.stageKey,
  number: attempt.number,
  state: attempt.state as AttemptView['state'],
  worker: attempt.workerId,
  device: attempt.device,
  step: attempt.step,
  totalSteps: attempt.totalSteps,
  error: attempt.error as AblateErrorShape | null,
  queuedAt: attempt.queuedAt.toISOString(),
  startedAt: attempt.startedAt?.toISOString() ?? null,
  finishedAt: attempt.finishedAt?.toISOString() ?? null,
});

/** Attempts of a stage, oldest first, and why each ended. */
export async function describeAttempts({ attempts }: Context, stageKey: string): Promise<AttemptView[]> {
  return (await attempts.ofStage(stageKey)).map(showAttempt);
}
