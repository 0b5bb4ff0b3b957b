import { AblateError } from '@ablate/errors';
import {
  KNOWN_AXES,
  readSeeds,
  suggest,
  type Cell,
  type Expansion,
  type GridSpec,
} from '@ablate/design-space';
import type { CatalogueIndex } from './catalogue-index.js';
import { checkConflicts, readOverride, type Override } from './overrides.js';
import { readLevel, resolveStages, type ResolvedStage } from './resolve-cell.js';

/** One cell with one seed. */
export interface ResolvedRun {
  readonly cellId: string;
  readonly seed: number;
  readonly stages: readonly ResolvedStage[];
}

const readDefaults = (spec: Pick<GridSpec, 'defaults'>): readonly Override[] => {
  const overrides = Object.entries(spec.defaults ?? {}).flatMap(([path, value]) => {
    try {
      return readOverride(path, value);
    } catch (error) {
      if (!(error instanceof AblateError)) throw error;
      throw new AblateError(error.code, error.message, { ...error.toJSON(), path: `defaults.${error.path}` });
    }
  });
  checkConflicts(overrides);
  return overrides;
};

/** Every level of every axis is looked up, also those that a random or fractional design leaves out. */
function checkLevels(spec: GridSpec, index: CatalogueIndex): void {
  for (const axis of KNOWN_AXES)
    (spec.axes[axis] ?? []).forEach((level, i) => readLevel[axis](level, index, `axes.${axis}.${i}`));
  const dotted = Object.keys(spec.axes).filter((axis) => axis.includes('.'));
  for (const axis of dotted) for (const level of spec.axes[axis] ?? []) readOverride(axis, level);
  checkConflicts(dotted.flatMap((axis) => readOverride(axis, spec.axes[axis]?.[0] ?? null)));
}

function checkReach(spec: GridSpec, reached: ReadonlySet<string>, stages: ReadonlySet<string>): void {
  const paths = [
    ...Object.keys(spec.axes)
      .filter((axis) => axis.includes('.'))
      .map((path) => ({ path, at: `axes.${path}` })),
    ...Object.keys(spec.defaults ?? {}).map((path) => ({ path, at: `defaults.${path}` })),
  ];
  for (const { path, at } of paths)
    if (!reached.has(path))
      throw new AblateError('PATH_REACHES_NOTHING', `'${path}' reaches no stage of any cell.`, {
        path: at,
        value: path,
        rule: 'a dotted path changes a stage of at least one cell',
        fix: suggest(path.split('.')[1] ?? path, [...stages]),
      });
}

function checkRedraws(redraws: readonly string[] | null, stages: ReadonlySet<string>): void {
  const trainings = [...stages].filter((stage) => !stage.startsWith('evaluate:'));
  (redraws ?? []).forEach((stage, i) => {
    if (trainings.includes(stage)) return;
    throw new AblateError('UNKNOWN_STAGE', `'seeds.redraws' names '${stage}', which no cell trains.`, {
      path: `seeds.redraws.${i}`,
      value: stage,
      rule: 'redraws names training stages of the strategies in the grid',
      fix: suggest(stage, trainings),
    });
  });
}

/** The ordered, fully defaulted stages of one cell with one seed. Throws an AblateError for anything that cannot be honoured. */
export function resolveCell(
  cell: Cell,
  seed: number,
  spec: GridSpec,
  index: CatalogueIndex,
): readonly ResolvedStage[] {
  const { redraws } = readSeeds(spec);
  return resolveStages(cell, seed, {
    spec,
    defaults: readDefaults(spec),
    redraws,
    index,
    onReach: () => undefined,
  });
}

/**
 * Every run of a grid, cells first, seeds within. Beyond `resolveCell` it refuses unknown levels that no cell drew, dotted paths
 * that reach no stage of any cell, two paths that set one thing, and redraws of stages that nobody trains.
 */
export function resolveGrid(
  spec: GridSpec,
  expansion: Expansion,
  index: CatalogueIndex,
): readonly ResolvedRun[] {
  checkLevels(spec, index);
  const defaults = readDefaults(spec);
  const { values, redraws } = expansion.seeds;
  const reached = new Set<string>();
  const stageNames = new Set<string>();
  const onReach = (path: string): void => void reached.add(path);
  const runs = expansion.cells.flatMap((cell) =>
    values.map((seed): ResolvedRun => {
      const stages = resolveStages(cell, seed, { spec, defaults, redraws, index, onReach });
      for (const { config } of stages) stageNames.add(config.stage);
      return { cellId: cell.id, seed, stages };
    }),
  );
  checkReach(spec, reached, stageNames);
  checkRedraws(redraws, stageNames);
  return runs;
}
