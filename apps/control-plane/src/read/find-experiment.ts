import type { Experiment, ExperimentRepository } from '@ablate/storage';
import { notFound } from '../not-found.js';

/** By id, or the newest of a name. */
export async function findExperiment(
  experiments: ExperimentRepository,
  idOrName: string,
): Promise<Experiment> {
  const found = await experiments.find(idOrName);
  if (!found) throw notFound('experiment', idOrName, 'List them with `ablate status`.');
  return found;
}
