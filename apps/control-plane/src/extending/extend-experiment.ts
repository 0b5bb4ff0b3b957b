import type { ExtensionView } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import type { Context } from '../context.js';
import { findExperiment } from '../read/find-experiment.js';
import { planExtension } from './plan-extension.js';

/** Plans follow each other while a grid is written; folders are looked at again after so long. Extending always looks. */
const PLAN_AGE_MS = 3000;

/** What extending an experiment would add; nothing changes. */
export async function showExtension(
  context: Context,
  idOrName: string,
  grid: GridSpec,
): Promise<ExtensionView> {
  const experiment = await findExperiment(context.experiments, idOrName);
  return (await planExtension(context, experiment, grid, PLAN_AGE_MS)).view;
}

/** Adds a grid to an experiment in one transaction; the scheduler does the rest. */
export async function extendExperiment(context: Context, idOrName: string, grid: GridSpec): Promise<string> {
  const experiment = await findExperiment(context.experiments, idOrName);
  const { view, write } = await planExtension(context, experiment, grid);
  await context.experiments.extend(write);
  context.logger.info({ experiment: experiment.id, added: view.added }, 'experiment extended');
  return experiment.id;
}
