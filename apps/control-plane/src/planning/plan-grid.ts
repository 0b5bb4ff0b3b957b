import type { GridSpec } from '@ablate/design-space';
import type { Plan, PlannedStage } from '@ablate/contracts';
import { coreCount } from '@ablate/runtime';
import type { Context } from '../context.js';
import { clockOf, wallSeconds } from './estimate-time.js';
import { resolveStages, savedTrainings, type ResolvedGrid } from './resolve-grid.js';

/** What a pool computes with before its first worker has said so. */
const ASSUMED_NUMERICS = 'onnx-cpu';

export interface Planned {
  readonly plan: Plan;
  readonly grid: ResolvedGrid;
}

const countBy = (names: readonly string[]): Record<string, number> => {
  const counts: Record<string, number> = {};
  for (const name of names) {
    const kind = name.startsWith('evaluate:') ? 'evaluate' : name;
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
};

/** What a grid would run, cost and share with what is there. Reads only. */
export async function planGrid(context: Context, spec: GridSpec): Promise<Planned> {
  const { workers, stages: repository } = context;
  const { index } = await context.inventory();
  const settled = await workers.numericsOf(spec.resources?.pool ?? 'default');
  const grid = resolveStages(spec, index, settled ?? ASSUMED_NUMERICS);
  const rows = await repository.find(grid.stages.map(({ key }) => key));
  const stateOf = new Map(rows.map(({ key, state }) => [key, state]));
  const statusOf = (key: string): PlannedStage['status'] => {
    const state = stateOf.get(key);
    if (state === 'done') return 'finished';
    return state === undefined || state === 'failed' || state === 'cancelled' ? 'new' : 'shared';
  };
  const isNew = (key: string): boolean => statusOf(key) === 'new';
  const clock = clockOf(await repository.throughput());
  const cellsOf = new Map<string, Set<string>>();
  const runsOf = new Map<string, number>();
  for (const { cell, stages } of grid.runs) {
    for (const key of stages) {
      cellsOf.set(key, (cellsOf.get(key) ?? new Set()).add(cell));
      runsOf.set(key, (runsOf.get(key) ?? 0) + 1);
    }
  }
  const planned = grid.stages.map((stage): PlannedStage => ({
    key: stage.key,
    stage: stage.name,
    cells: cellsOf.get(stage.key)!.size,
    runs: runsOf.get(stage.key)!,
    status: statusOf(stage.key),
    flops: stage.flops,
    seconds: clock.seconds(stage),
    peakMemoryBytes: stage.peakMemoryBytes,
  }));
  const news = planned.filter(({ status }) => status === 'new');
  const online = await workers.list();
  const slots = online.reduce((total, { slots: some }) => total + some, 0) || coreCount();
  const trainings = new Set(grid.stages.filter(({ kind }) => kind === 'train').map(({ key }) => key));
  const isTraining = ({ key }: { key: string }): boolean => trainings.has(key);
  const secondsUsed = (stages: readonly PlannedStage[], times: (stage: PlannedStage) => number): number =>
    stages.filter(isTraining).reduce((total, stage) => total + stage.seconds * times(stage), 0);
  const sum = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const plan: Plan = {
    project: spec.project,
    name: spec.name,
    counts: {
      cells: grid.expansion.cells.length,
      runs: grid.runs.length,
      stages: countBy(planned.map(({ stage }) => stage)),
      newStages: countBy(news.map(({ stage }) => stage)),
      stageUses: countBy(planned.flatMap(({ stage, runs }) => new Array<string>(runs).fill(stage))),
    },
    saved: {
      trainings: savedTrainings(grid, isNew),
      seconds: secondsUsed(planned, ({ runs }) => runs) - secondsUsed(news, () => 1),
    },
    flops: sum(news.map(({ flops }) => flops)),
    seconds: {
      compute: sum(news.map(({ seconds }) => seconds)),
      wall: wallSeconds(
        grid.stages
          .filter(({ key }) => isNew(key))
          .map((stage) => ({ ...stage, seconds: clock.seconds(stage) })),
        slots,
      ),
    },
    secondsFrom: clock.from,
    peakMemoryBytes: Math.max(0, ...planned.map(({ peakMemoryBytes }) => peakMemoryBytes)),
    numericsClass: settled ?? ASSUMED_NUMERICS,
    numericsAssumed: settled === null,
    stages: planned,
    cells: grid.expansion.cells.map(({ id, levels }) => ({
      id,
      label: grid.labels.get(id)!,
      levels: levels as Plan['cells'][number]['levels'],
    })),
    notes: [
      ...grid.expansion.notes,
      ...(settled === null ? [`No worker has registered yet: planned for ${ASSUMED_NUMERICS}.`] : []),
    ],
  };
  return { plan, grid };
}
