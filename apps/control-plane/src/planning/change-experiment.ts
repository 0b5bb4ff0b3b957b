import { AblateError } from '@ablate/errors';
import type { Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';

/** Stops an experiment: its stages go on only where another running experiment wants them. */
export async function cancelExperiment({ experiments, stages }: Context, idOrName: string): Promise<string> {
  const experiment = await findExperiment(experiments, idOrName);
  if (experiment.state !== 'running') {
    throw new AblateError('NOT_RUNNING', `Experiment "${experiment.id}" is ${experiment.state}.`, {
      path: 'id',
      value: experiment.state,
      rule: 'Only a running experiment is cancelled.',
      fix: 'Nothing: it has ended.',
    });
  }
  const keys = (await experiments.stages(experiment.id)).map(({ key }) => key);
  await experiments.setState(experiment.id, 'cancelled', true);
  await stages.cancelUnwanted(keys);
  return experiment.id;
}

/** Offers an experiment's failed and cancelled stages again. */
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
  await experiments.setState(experiment.id, 'running', false);
  return experiment.id;
}
