import {
  estimateStage,
  keyInputs,
  resolveGrid,
  stageKey,
  TRAINER_VERSION,
  type CatalogueIndex,
  type KeyContext,
  type StageConfig,
  type TrainStageConfig,
} from '@ablate/catalogue';
import { expand, shortLabel, type Expansion, type GridSpec, type Levels } from '@ablate/design-space';
import type { NewStage } from '@ablate/storage';

export interface ResolvedGrid {
  readonly expansion: Expansion;
  readonly labels: ReadonlyMap<string, string>;
  /** Cells x seeds, each with its stages' keys in order. */
  readonly runs: readonly {
    readonly cell: string;
    readonly seed: number;
    readonly stages: readonly string[];
  }[];
  /** Unique stages, parents before children. */
  readonly stages: readonly NewStage[];
}

/** Axes that vary, in the spec's order: what a cell is called by. */
function labelOf(levels: Levels, varying: readonly string[], axes: GridSpec['axes']): string {
  const shown = varying
    .filter((axis) => levels[axis] !== undefined)
    .map((axis) => shortLabel(levels[axis]!, axes[axis]!));
  return shown.length > 0 ? shown.join(' · ') : 'the only cell';
}

/** What cells of a grid are called. */
export function cellNames(spec: GridSpec): (levels: Levels) => string {
  const zipped = (axis: string): boolean =>
    axis.includes('.') && (spec.zip ?? []).some((group) => group.includes(axis));
  const varying = Object.keys(spec.axes).filter((axis) => spec.axes[axis]!.length > 1 && !zipped(axis));
  return (levels) => labelOf(levels, varying, spec.axes);
}

/** A grid as unique stages with keys and costs: spec -> cells -> runs -> stages. Pure: the index says what there is. */
export function resolveStages(spec: GridSpec, index: CatalogueIndex, numericsClass: string): ResolvedGrid {
  const expansion = expand(spec);
  const context: KeyContext = { trainerVersion: TRAINER_VERSION, numericsClass };
  const pool = spec.resources?.pool ?? 'default';
  const stages = new Map<string, NewStage>();
  const runs = resolveGrid(spec, expansion, index).map(({ cellId, seed, stages: resolved }) => {
    const chains: { key: string; ancestors: string[]; trainings: TrainStageConfig[] }[] = [];
    for (const { config, parent } of resolved) {
      const from = parent === null ? null : chains[parent]!;
      const ancestors = from ? [...from.ancestors, from.key] : [];
      const trainings = from ? from.trainings : [];
      const key = stageKey(config, ancestors, context);
      if (!stages.has(key))
        stages.set(key, newStage(key, config, ancestors, trainings, context, index, pool));
      chains.push({
        key,
        ancestors,
        trainings: config.kind === 'train' ? [...trainings, config] : trainings,
      });
    }
    return { cell: cellId, seed, stages: chains.map(({ key }) => key) };
  });
  const nameOf = cellNames(spec);
  const labels = new Map(expansion.cells.map(({ id, levels }) => [id, nameOf(levels)]));
  return { expansion, labels, runs, stages: [...stages.values()] };
}

function newStage(
  key: string,
  config: StageConfig,
  parents: readonly string[],
  trainings: readonly TrainStageConfig[],
  context: KeyContext,
  index: CatalogueIndex,
  pool: string,
): NewStage {
  const estimate = estimateStage(config, trainings, index);
  return {
    key,
    kind: config.kind,
    name: config.stage,
    config,
    inputs: keyInputs(config, parents, context),
    parents,
    pool,
    flops: estimate?.flops ?? 0,
    peakMemoryBytes: estimate?.peakMemoryBytes ?? 0,
  };
}

/** Trainings that would run without sharing, less those that run with it. */
export function savedTrainings({ runs, stages }: ResolvedGrid, isNew: (key: string) => boolean): number {
  const trainings = new Set(stages.filter(({ kind }) => kind === 'train').map(({ key }) => key));
  const uses = runs.reduce((total, run) => total + run.stages.filter((key) => trainings.has(key)).length, 0);
  return uses - [...trainings].filter(isNew).length;
}
