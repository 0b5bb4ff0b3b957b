import type { ExperimentState, ExperimentView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { Experiment, Work } from '@ablate/storage';
import type { Context } from '../context.js';
import { wallSeconds, type TimedStage } from '../planning/estimate-time.js';
import { readFleet, type Fleet } from '../planning/read-fleet.js';

const NONE: Pick<ExperimentView, 'cells' | 'runs' | 'stages'> = {
  cells: 0,
  runs: { total: 0, done: 0, failed: 0 },
  stages: { total: 0, done: 0, running: 0, failed: 0, reused: 0 },
};

/** Time that the rest of each running experiment takes on the slots of its pool. */
async function etas(
  { summaries }: Context,
  ids: readonly string[],
  { clock, slotsOf }: Fleet,
): Promise<ReadonlyMap<string, number>> {
  const byExperiment = new Map<string, { pool: string; stages: TimedStage[] }>();
  for (const { id, key, parents, pool, share, ...stage } of await summaries.open(ids)) {
    const known = byExperiment.get(id) ?? { pool, stages: [] };
    known.stages.push({ key, parents, seconds: clock.seconds(stage) * (1 - share) });
    byExperiment.set(id, known);
  }
  return new Map([...byExperiment].map(([id, { pool, stages }]) => [id, wallSeconds(stages, slotsOf(pool))]));
}

/** Experiments at a glance, by a few queries however many: counts, progress by estimated work, ETA on the slots there are, cost. */
export async function summariseExperiments(
  context: Context,
  rows: readonly Experiment[],
): Promise<ExperimentView[]> {
  const ids = rows.map(({ id }) => id);
  const fleet = await readFleet(context);
  const summaries = await context.summaries.of(ids);
  const errors = await context.summaries.errors(ids);
  const eta = await etas(context, ids, fleet);
  const seconds = (work: readonly Work[]): number =>
    work.reduce((total, part) => total + fleet.clock.total(part), 0);
  return rows.map((row) => {
    const found = summaries.get(row.id);
    const all = found ? seconds(found.work) : 0;
    const left = found ? seconds(found.workLeft) : 0;
    const { cells, runs, stages } = found ?? NONE;
    const state = row.state as ExperimentState;
    return {
      id: row.id,
      kind: row.kind === 'imported' ? 'imported' : 'grid',
      project: row.projectName,
      name: row.name,
      state,
      priority: row.priority,
      tags: row.tags,
      cells,
      runs,
      stages,
      savedTrainings: row.savedTrainings,
      spentSeconds: found?.spentSeconds ?? 0,
      savedSeconds: found ? found.savedSeconds + seconds(found.savedWork) : 0,
      progress: all === 0 ? 1 : Math.min(1, Math.max(0, 1 - left / all)),
      etaSeconds: state === 'running' ? (eta.get(row.id) ?? 0) : null,
      error: (errors.get(row.id) as AblateErrorShape | undefined) ?? null,
      createdAt: row.createdAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
    };
  });
}
