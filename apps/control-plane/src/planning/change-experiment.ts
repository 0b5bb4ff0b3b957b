import type { ExperimentState } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';
import { stateAfter, type Change } from './experiment-states.js';

/**
 * Pauses, resumes or cancels. A pause starts no more stages and lets running ones finish; a cancel also asks running ones to stop. What
 * another running experiment wants goes on in both.
 */
export async function changeExperiment(
  { experiments, stages }: Context,
  idOrName: string,
  change: Change,
): Promise<string> {
  for (;;) {
    const { id, state } = await findExperiment(experiments, idOrName);
    const to = stateAfter(change, id, state as ExperimentState);
    // It may have ended meanwhile: then the rules are asked again.
    if (!(await experiments.move(id, state, to))) continue;
    if (change === 'cancel')
      await stages.cancelUnwanted((await experiments.stages(id)).map(({ key }) => key));
    return id;
  }
}

/** Offers an experiment's failed and cancelled stages again; a paused one stays paused. */
export async function retryExperiment({ experiments, stages }: Context, idOrName: string): Promise<string> {
  const experiment = await findExperiment(experiments, idOrName);
  const own = await experiments.stages(experiment.id);
  const again = own.filter(({ state }) => state === 'failed' || state === 'cancelled');
  if (again.length === 0) {
    throw new AblateError('NOTHING_TO_RETRY', `No stage of "${experiment.id}" has failed or was cancelled.`, {
      path: 'id',
      value: experiment.state,
      rule: 'At least one failed or cancelled stage.',
      fix: 'Nothing: see `ablate status`.',
    });
  }
  await stages.offerAgain(again.map(({ key }) => key));
  for (const ended of ['failed', 'cancelled', 'done'])
    if (await experiments.move(experiment.id, ended, 'running')) break;
  return experiment.id;
}
