import type { GridSpec } from '@ablate/design-space';
import type { Plan, PlannedStage } from '@ablate/contracts';
import type { Context } from '../context.js';
import { wallSeconds } from './estimate-time.js';
import { readFleet } from './read-fleet.js';
import { resolveStages, savedTrainings, type ResolvedGrid } from './resolve-grid.js';

/** What a pool computes with before its first worker has said so. */
export const ASSUMED_NUMERICS = 'onnx-cpu';

export interface Planned {
  readonly plan: Omit<Plan, 'statistics'>;
  readonly grid: ResolvedGrid;
}

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);

/** Stages by name, evaluations together; `weight` counts a stage more than once. */
export function countByName<T extends { readonly stage: string }>(
  stages: readonly T[],
  weight: (stage: T) => number = () => 1,
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const planned of stages) {
    const name = planned.stage.startsWith('evaluate:') ? 'evaluate' : planned.stage;
    counts[name] = (counts[name] ?? 0) + weight(planned);
  }
  return counts;
}

/** In the order of a run: the middle stage of one strategy before the last of another, evaluations last. */
function inOrder(planned: readonly PlannedStage[], { stages }: ResolvedGrid): PlannedStage[] {
  const place = new Map<string, number>();
  for (const { name, kind, parents } of stages) {
    const at = kind === 'train' ? parents.length : Number.MAX_SAFE_INTEGER;
    place.set(name, Math.max(place.get(name) ?? 0, at));
  }
  return planned.toSorted((a, b) => place.get(a.stage)! - place.get(b.stage)!);
}

/** Cells and runs that need each stage. */
function usesOf({ runs }: ResolvedGrid): (key: string) => { cells: number; runs: number } {
  const uses = new Map<string, { cells: Set<string>; runs: number }>();
  for (const { cell, stages } of runs) {
    for (const key of stages) {
      const use = uses.get(key) ?? { cells: new Set(), runs: 0 };
      use.cells.add(cell);
      use.runs += 1;
      uses.set(key, use);
    }
  }
  return (key) => ({ cells: uses.get(key)!.cells.size, runs: uses.get(key)!.runs });
}

export const statusOf = (state: string | undefined): PlannedStage['status'] => {
  if (state === 'done') return 'finished';
  return state === undefined || state === 'failed' || state === 'cancelled' ? 'new' : 'shared';
};

/** What a grid would run, cost and share with what is there. Reads only. */
export async function planGrid(context: Context, spec: GridSpec, maxAgeMs = 0): Promise<Planned> {
  const pool = spec.resources?.pool ?? 'default';
  const { index } = await context.inventory(maxAgeMs);
  const settled = (await context.workers.pools()).get(pool);
  const numericsClass = settled ?? ASSUMED_NUMERICS;
  const grid = resolveStages(spec, index, numericsClass);
  const states = await context.stages.states(grid.stages.map(({ key }) => key));
  const { clock, slotsOf } = await readFleet(context);
  const uses = usesOf(grid);
  const all = grid.stages.map((stage): PlannedStage => ({
    key: stage.key,
    stage: stage.name,
    ...uses(stage.key),
    status: statusOf(states.get(stage.key)),
    flops: stage.flops,
    seconds: clock.seconds(stage),
    peakMemoryBytes: stage.peakMemoryBytes,
  }));
  const planned = inOrder(all, grid);
  const isNew = (key: string): boolean => statusOf(states.get(key)) === 'new';
  const news = planned.filter(({ status }) => status === 'new');
  const timed = grid.stages.map((stage) => ({ ...stage, seconds: clock.seconds(stage) }));
  const newTimed = timed.filter(({ key }) => isNew(key));
  const trainings = timed.filter(({ kind }) => kind === 'train');
  const plan: Planned['plan'] = {
    project: spec.project,
    name: spec.name,
    counts: {
      cells: grid.expansion.cells.length,
      runs: grid.runs.length,
      stages: countByName(planned),
      newStages: countByName(news),
      stageUses: countByName(planned, ({ runs }) => runs),
    },
    saved: {
      trainings: savedTrainings(grid, isNew),
      seconds: sum(trainings, ({ key, seconds }) => seconds * (uses(key).runs - (isNew(key) ? 1 : 0))),
    },
    flops: sum(news, ({ flops }) => flops),
    seconds: { compute: sum(news, ({ seconds }) => seconds), wall: wallSeconds(newTimed, slotsOf(pool)) },
    secondsFrom: clock.from,
    peakMemoryBytes: planned.reduce((most, stage) => Math.max(most, stage.peakMemoryBytes), 0),
    numericsClass,
    numericsAssumed: settled === undefined,
    stages: planned,
    cells: grid.expansion.cells.map(({ id, levels }) => ({
      id,
      label: grid.labels.get(id)!,
      levels: levels as Plan['cells'][number]['levels'],
    })),
    notes: [
      ...grid.expansion.notes,
      ...(settled === undefined ? [`No worker has registered yet: planned for ${ASSUMED_NUMERICS}.`] : []),
    ],
  };
  return { plan, grid };
}
