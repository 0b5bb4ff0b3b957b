import type { CellRunsView, OverviewView, RunState } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { GridSpec } from '@ablate/design-space';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { primaryMetrics } from './measure-cells.js';
import { nameAxes } from './name-axes.js';
import { summariseExperiments } from './summarise-experiments.js';

/** One experiment without its stages: what a page says above its figures. */
export async function describeOverview(context: Context, experiment: Experiment): Promise<OverviewView> {
  const [view] = await summariseExperiments(context, [experiment]);
  const spec = experiment.spec as unknown as GridSpec;
  const primary = await primaryMetrics(context, experiment);
  const { axes } = nameAxes(spec, await context.experiments.cells(experiment.id));
  return {
    ...view!,
    spec: experiment.spec as OverviewView['spec'],
    grids: (await context.experiments.grids(experiment.id)).map(
      ({ version, spec: own, cells, runs, stages, createdAt }) => ({
        version,
        spec: own as OverviewView['spec'],
        added: { cells, runs, stages },
        createdAt: createdAt.toISOString(),
      }),
    ),
    notes: experiment.notes,
    axes: axes.map(({ name, levels }) => ({ name, levels: [...levels] })),
    baseline: experiment.baselineCell,
    metrics: (spec.evaluate ?? []).flatMap((id) => primary.get(id) ?? []),
    curves: await context.answers.of(experiment, ['names of curves'], () =>
      context.curves.names(experiment.id),
    ),
    failures: (await context.details.failures(experiment.id)).map((failure) => ({
      ...failure,
      error: failure.error as AblateErrorShape,
    })),
  };
}

type Counted = Awaited<ReturnType<Context['details']['runStates']>>[number];

/** A run is what its stages are. */
function stateOfCounts({ stages, done, failed, cancelled, active }: Counted): RunState {
  if (done === stages) return 'done';
  if (failed > 0) return 'failed';
  if (cancelled > 0) return 'cancelled';
  return active > 0 || done > 0 ? 'running' : 'waiting';
}

/** Cells with the states of their runs. */
export const describeCellRuns = (context: Context, experiment: Experiment): Promise<CellRunsView> =>
  context.answers.of(experiment, ['cells'], () => cellRunsNow(context, experiment));

async function cellRunsNow(context: Context, experiment: Experiment): Promise<CellRunsView> {
  const cells = await context.experiments.cells(experiment.id);
  const { labelsOf } = nameAxes(experiment.spec as unknown as GridSpec, cells);
  const runs = new Map<string, CellRunsView[number]['runs']>();
  for (const row of await context.details.runStates(experiment.id)) {
    const { id, cellId, seed, done, stages } = row;
    const own = runs.get(cellId) ?? [];
    own.push({ id, seed, state: stateOfCounts(row), share: done / stages });
    runs.set(cellId, own);
  }
  return cells.map(({ cellId, label }) => ({
    id: cellId,
    label,
    levels: { ...labelsOf(cellId) },
    baseline: cellId === experiment.baselineCell,
    runs: runs.get(cellId) ?? [],
  }));
}
