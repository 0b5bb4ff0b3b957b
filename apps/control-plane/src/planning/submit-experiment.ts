import type { GridSpec } from '@ablate/design-space';
import type { Context } from '../context.js';
import { experimentId } from './experiment-id.js';
import { planGrid } from './plan-grid.js';

/** Plans a grid and writes it as an experiment in one transaction; returns its id. The scheduler does the rest. */
export async function submitExperiment(
  context: Context,
  spec: GridSpec,
  tags: readonly string[] = [],
): Promise<string> {
  const { plan, grid } = await planGrid(context, spec);
  const id = experimentId(spec.name);
  await context.experiments.submit({
    id,
    project: spec.project,
    name: spec.name,
    spec,
    tags,
    priority: spec.priority ?? 50,
    maxParallel: spec.maxParallel ?? null,
    baselineCell: grid.expansion.baselineId,
    notes: grid.expansion.notes,
    cells: grid.expansion.cells.map((cell) => ({ ...cell, label: grid.labels.get(cell.id)! })),
    runs: grid.runs.map((run, i) => ({ id: `${id}-${i + 1}`, ...run })),
    stages: grid.stages,
    savedTrainings: plan.saved.trainings,
  });
  context.logger.info({ experiment: id, counts: plan.counts }, 'experiment submitted');
  return id;
}
