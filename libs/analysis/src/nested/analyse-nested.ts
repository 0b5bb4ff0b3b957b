import { modelEffects, type ModelEffects } from '../effects/model-effects.js';
import type { EffectsInput } from '../effects/analyse-effects.js';
import { groupBy } from '../group-by.js';
import { factorsOf, type Factor } from '../linear/factors.js';
import { cellSums, indexer, moments, usable, type Run, type UsedRun } from '../linear/runs.js';
import { mixedModel, type GroupedRun, type MixedModel } from './mixed-model.js';
import { withinStages, type WithinStages } from './within-stages.js';

export interface NestedInput extends EffectsInput {
  /** Axes that reach the shared stage: a change of one means another run of that stage. */
  readonly reachesSharedStage: readonly string[];
}

/** Variances by the method of moments from balanced data; a negative stage variance stays negative. */
export interface StageMoments {
  readonly msWithin: number;
  /** Residual mean square of the stage means, times the runs a stage has. */
  readonly msBetweenOfMeansTimesM: number;
  readonly m: number;
  readonly stageVarUnclipped: number;
  readonly iccUnclipped: number;
}

export interface NestedReport {
  readonly stageSizes: Readonly<Record<string, number>>;
  /** Every shared stage has the same runs: the exact analyses hold. */
  readonly balanced: boolean;
  /** Effects of the axes that reach the stage, on one mean a stage. Null in unbalanced data. */
  readonly aggregate: {
    readonly nUnits: number;
    readonly main: ModelEffects;
    readonly twoWay: ModelEffects;
  } | null;
  /** Effects of the other axes, inside stages. Null without such axes. */
  readonly within: { readonly main: WithinStages; readonly twoWay: WithinStages } | null;
  readonly momentsMain: StageMoments | null;
  /** REML over all axes. Null where the runs leave no error. */
  readonly mixedMain: MixedModel | null;
  readonly mixedTwoWay: MixedModel | null;
  /** Which of them to report, and why, in one sentence. */
  readonly report: 'aggregate' | 'split' | 'mixed' | 'pooled' | 'none';
  readonly because: string;
}

/** Each part of a report is computed when it is first read: with interactions they cost many times what main effects do. */
function once<T>(compute: () => T): () => T {
  let known: { readonly value: T } | null = null;
  return () => (known ??= { value: compute() }).value;
}

/** Both orders of a model. */
function orders<T>(of: (order: 'main' | 'twoWay') => T): { readonly main: T; readonly twoWay: T } {
  const [main, twoWay] = [once(() => of('main')), once(() => of('twoWay'))];
  return {
    get main() {
      return main();
    },
    get twoWay() {
      return twoWay();
    },
  };
}

function mixedOrNull(...args: Parameters<typeof mixedModel>): MixedModel | null {
  try {
    return mixedModel(...args);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function stageOf(run: Run): string {
  if (run.sharedStage === undefined || run.sharedStage === '')
    throw new RangeError(`A run at ${Object.values(run.levels).join(', ')} names no shared stage.`);
  return run.sharedStage;
}

/** One run for every stage, its score the mean. Throws a RangeError where a stage has two levels of an axis that reaches it. */
function stageMeans(groups: ReadonlyMap<string, readonly UsedRun[]>, axes: readonly Factor[]): UsedRun[] {
  return [...groups].map(([stage, [first, ...others]]) => {
    const levels = (first as UsedRun).levels;
    for (const { name } of axes)
      if (others.some((run) => run.levels[name] !== levels[name]))
        throw new RangeError(
          `Shared stage '${stage}' has runs with two levels of '${name}', which is said to reach it.`,
        );
    const scores = [first as UsedRun, ...others].map(({ score }) => score);
    return { levels, score: moments(scores).mean };
  });
}

function momentsOf(groups: ReadonlyMap<string, readonly UsedRun[]>, m: number, main: ModelEffects) {
  if (m < 2 || main.msResidual === null) return null;
  const within = [...groups.values()].map((runs) => moments(runs.map(({ score }) => score)).ss);
  const msWithin = within.reduce((sum, ss) => sum + ss, 0) / (groups.size * (m - 1));
  const msBetweenOfMeansTimesM = m * main.msResidual;
  const stageVarUnclipped = (msBetweenOfMeansTimesM - msWithin) / m;
  return {
    msWithin,
    msBetweenOfMeansTimesM,
    m,
    stageVarUnclipped,
    iccUnclipped: stageVarUnclipped / (stageVarUnclipped + msWithin),
  };
}

/**
 * Effects where runs share a stage: such runs are nested replicates, and never taken as independent. Balanced data: stage means for axes
 * that reach the stage, comparisons inside stages for the others, both exact. Otherwise REML with Satterthwaite's degrees of freedom; where
 * it puts the stage variance at zero, the runs are pooled with df n - p. Throws a RangeError for a run without a shared stage.
 */
export function analyseNested({
  runs,
  alpha = 0.05,
  reachesSharedStage,
  ...axes
}: NestedInput): NestedReport {
  const factors = factorsOf(axes);
  const reaches = new Set(reachesSharedStage);
  const { used } = usable(runs);
  if (used.length === 0) throw new RangeError('No run is done with a finite score.');
  const groups = groupBy(used, stageOf);
  const index = indexer(factors);
  const grouped: GroupedRun[] = used.map((run) => ({
    levels: index(run),
    score: run.score,
    group: stageOf(run),
  }));
  const between = factors.filter(({ name }) => reaches.has(name));
  const others = factors.filter(({ name }) => !reaches.has(name));
  const inside = indexer(others);
  const contents = new Set(
    [...groups.values()].map((members) =>
      members
        .map((run) => inside(run).join())
        .sort()
        .join(';'),
    ),
  );
  const cellsInside = others.reduce((product, { levels }) => product * levels.length, 1);
  const m = groups.values().next().value?.length ?? 0;
  const [content = ''] = contents;
  const counts = [...groupBy(content.split(';'), (cell) => cell).values()].map((cells) => cells.length);
  const balanced = contents.size === 1 && counts.length === cellsInside && new Set(counts).size === 1;

  const means = stageMeans(groups, between);
  const units = cellSums(between, means);
  const aggregate =
    balanced && between.length > 0
      ? Object.assign(
          orders((order) => modelEffects(between, units, order, alpha)),
          { nUnits: groups.size },
        )
      : null;
  const within =
    others.length > 0 ? orders((order) => withinStages(factors, reaches, grouped, order, alpha)) : null;
  const mixed = orders((order) => mixedOrNull(factors, grouped, order, alpha));
  const moment = once(() => (aggregate && others.length === 0 ? momentsOf(groups, m, aggregate.main) : null));
  return {
    stageSizes: Object.fromEntries([...groups].map(([stage, members]) => [stage, members.length])),
    balanced,
    aggregate,
    within,
    get momentsMain() {
      return moment();
    },
    get mixedMain() {
      return mixed.main;
    },
    get mixedTwoWay() {
      return mixed.twoWay;
    },
    ...advice(balanced, others.length > 0, () => mixed.main),
  };
}

function advice(
  balanced: boolean,
  split: boolean,
  mixedMain: () => MixedModel | null,
): Pick<NestedReport, 'report' | 'because'> {
  if (balanced && !split)
    return {
      report: 'aggregate',
      because: 'Balanced: one mean for each shared stage, exact; its runs are not independent.',
    };
  if (balanced)
    return {
      report: 'split',
      because:
        'Balanced: axes that reach the shared stage are compared on one mean a stage, the others inside stages, both exact.',
    };
  const mixed = mixedMain();
  if (!mixed) return { report: 'none', because: 'Unbalanced, and the runs leave no error to compare with.' };
  if (!mixed.atBoundary)
    return {
      report: 'mixed',
      because: 'Unbalanced: REML with a random shared stage and Satterthwaite t intervals.',
    };
  return {
    report: 'pooled',
    because:
      'Unbalanced, and the stage variance is estimated as zero: runs are pooled, with n - p degrees of freedom.',
  };
}
