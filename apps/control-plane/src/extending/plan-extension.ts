import type { ExperimentState, ExtensionView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import { contentId, readSeeds, shortLabel, type GridSpec } from '@ablate/design-space';
import type { Experiment, NewExtension } from '@ablate/storage';
import type { Context } from '../context.js';
import { wallSeconds } from '../planning/estimate-time.js';
import { ASSUMED_NUMERICS, countByName, statusOf } from '../planning/plan-grid.js';
import { readFleet } from '../planning/read-fleet.js';
import { cellNames, resolveStages, type ResolvedGrid } from '../planning/resolve-grid.js';
import { readLevels } from '../read/read-levels.js';
import { extendGrid, type NewGrid, type OldGrid } from './extend-grid.js';
import { addedParts, checkExtension, mergeSpecs } from './merge-specs.js';

export interface PlannedExtension {
  readonly view: ExtensionView;
  readonly write: NewExtension;
}

function checkState({ id, kind, state }: Experiment): void {
  if (kind !== 'grid')
    throw new AblateError('NOT_A_GRID', `Experiment "${id}" was imported: nothing of it is trained here.`, {
      path: 'id',
      value: kind,
      rule: 'Only an experiment that was submitted is extended.',
      fix: 'Submit a grid, or import the larger table.',
    });
  if ((state as ExperimentState) === 'cancelled')
    throw new AblateError('IS_CANCELLED', `Experiment "${id}" is cancelled.`, {
      path: 'id',
      value: state,
      rule: 'An experiment that runs, is paused or has ended by itself is extended.',
      fix: `Use \`ablate retry ${id}\` first.`,
    });
}

async function readOld(context: Context, { id, baselineCell, spec }: Experiment): Promise<OldGrid> {
  const stages = new Map((await context.experiments.stages(id)).map((stage) => [stage.key, stage]));
  const cells = await context.experiments.cells(id);
  const runs = await context.experiments.runs(id);
  return {
    axes: Object.keys((spec as unknown as GridSpec).axes),
    baseline: baselineCell,
    cells: cells.map(({ cellId, label, levels }) => ({ id: cellId, label, levels: readLevels(levels) })),
    runs: runs.map((run) => ({
      id: run.id,
      cell: run.cellId,
      seed: run.seed,
      stages: run.stages.map(({ stageKey }) => ({
        key: stageKey,
        name: stages.get(stageKey)!.name,
        inputs: stages.get(stageKey)!.inputs,
      })),
    })),
  };
}

const asNewGrid = (spec: GridSpec, { expansion, runs, stages }: ResolvedGrid): NewGrid => ({
  axes: Object.keys(spec.axes),
  baseline: contentId(expansion.baseline),
  cells: expansion.cells,
  runs,
  stages: new Map(stages.map((stage) => [stage.key, stage])),
});

const sum = <T>(values: readonly T[], of: (value: T) => number): number =>
  values.reduce((total, value) => total + of(value), 0);

/** What a grid would add to an experiment: what is new, what is shared, what it costs. Reads only; throws what cannot be added. */
export async function planExtension(
  context: Context,
  experiment: Experiment,
  grid: GridSpec,
  maxAgeMs = 0,
): Promise<PlannedExtension> {
  checkState(experiment);
  const before = experiment.spec as unknown as GridSpec;
  checkExtension(before, grid);
  const grids = await context.experiments.grids(experiment.id);
  const old = await readOld(context, experiment);
  const pool = grid.resources?.pool ?? 'default';
  const { index } = await context.inventory(maxAgeMs);
  const settled = (await context.workers.pools()).get(pool);
  const numerics = settled ?? ASSUMED_NUMERICS;
  const resolved = resolveStages(grid, index, numerics);
  const spec = mergeSpecs(before, grid);
  const seeds = readSeeds(spec);
  const matching = resolveStages(
    { ...grid, seeds: { values: seeds.values, ...(seeds.redraws ? { redraws: seeds.redraws } : {}) } },
    index,
    numerics,
  );
  const {
    placed,
    cells,
    runs,
    grown,
    stages: keys,
  } = extendGrid(old, asNewGrid(grid, resolved), asNewGrid(grid, matching));

  const rows = new Map(resolved.stages.map((stage) => [stage.key, stage]));
  const stages = keys.map((key) => rows.get(key)!);
  const states = await context.stages.states(keys);
  const { clock, slotsOf } = await readFleet(context);
  const timed = stages.map((stage) => ({ ...stage, stage: stage.name, seconds: clock.seconds(stage) }));
  const news = timed.filter(({ key }) => statusOf(states.get(key)) === 'new');
  const isTraining = (key: string): boolean => rows.get(key)!.kind === 'train';
  const trainingUses = sum(runs, (run) => run.stages.filter(isTraining).length);
  const savedTrainings = trainingUses - news.filter(({ kind }) => kind === 'train').length;
  const nameOf = cellNames(spec);
  const levelsOf = new Map(matching.expansion.cells.map(({ id, levels }) => [id, levels]));
  const added = { cells: cells.length, runs: runs.length, stages: stages.length };
  const parts = addedParts(before, grid);
  const union = old.cells.some(({ id }) => !levelsOf.has(placed.get(id) ?? id));
  const notes = [
    ...resolved.expansion.notes,
    ...(settled === undefined ? [`No worker has registered yet: planned for ${ASSUMED_NUMERICS}.`] : []),
    ...(union
      ? ['Cells that the new grid does not name stay: the experiment is then the union of its grids.']
      : []),
  ];
  return {
    view: {
      experiment: experiment.id,
      before: {
        cells: old.cells.length,
        runs: old.runs.length,
        stages: new Set(old.runs.flatMap((run) => run.stages.map(({ key }) => key))).size,
      },
      added,
      stages: countByName(timed),
      newStages: countByName(news),
      savedTrainings,
      evaluatedAgain: grown.length,
      axes: parts.axes.map(({ axis, levels, isNew }) => ({
        axis,
        levels: levels.map((level) => shortLabel(level, spec.axes[axis]!)),
        isNew,
      })),
      seeds: [...parts.seeds],
      benchmarks: [...parts.benchmarks],
      placed: placed.size,
      flops: sum(news, ({ flops }) => flops),
      seconds: { compute: sum(news, ({ seconds }) => seconds), wall: wallSeconds(news, slotsOf(pool)) },
      secondsFrom: clock.from,
      peakMemoryBytes: Math.max(0, ...news.map(({ peakMemoryBytes }) => peakMemoryBytes)),
      cells: cells.map(({ id, levels }) => ({ id, label: nameOf(levels) })),
      notes,
    },
    write: {
      id: experiment.id,
      grids: grids.length,
      grid,
      spec,
      priority: grid.priority ?? 50,
      maxParallel: grid.maxParallel ?? null,
      baselineCell:
        old.baseline === null ? resolved.expansion.baselineId : (placed.get(old.baseline) ?? old.baseline),
      notes: [...new Set([...experiment.notes, ...notes])],
      savedTrainings: experiment.savedTrainings + savedTrainings,
      renamed: old.cells.map(({ id, levels }) => {
        const now = placed.get(id) ?? id;
        const own = levelsOf.get(now) ?? levels;
        return { from: id, id: now, label: nameOf(own), levels: own };
      }),
      cells: cells.map(({ id, levels }) => ({ id, levels, label: nameOf(levels) })),
      runs: runs.map((run, i) => ({ ...run, id: `${experiment.id}-${old.runs.length + i + 1}` })),
      grown,
      stages,
    },
  };
}
