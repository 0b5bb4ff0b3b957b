import { fSf } from '../distributions/basic.js';
import { studentizedRangeQuantile } from '../distributions/studentized-range.js';
import { designMatrix, type Order, type Selection } from '../linear/design-matrix.js';
import type { Estimate } from '../linear/estimate.js';
import { pairsOf, type Factor } from '../linear/factors.js';
import { fit, type LinearModel } from '../linear/fit.js';
import type { CellSum } from '../linear/runs.js';
import {
  axisLevels,
  type AxisLevels,
  type LevelEstimate,
  type LevelMean,
  type PairEstimate,
} from './levels.js';
import { typeTwo, type TermTest } from './type-two.js';

export interface CellEstimate extends Estimate {
  readonly levels: Readonly<Record<string, string>>;
}
export interface CellMeanEstimate extends CellEstimate {
  readonly n: number;
}
type PerAxis<T> = Readonly<Record<string, T>>;

/** Everything that one model says. Keys of pairs of axes are `a:b`. */
export interface ModelEffects {
  readonly order: Order;
  /** Runs (or units). */
  readonly n: number;
  readonly columns: number;
  readonly rank: number;
  /** Columns that are combinations of others; above zero some figures are not estimable, and say so. */
  readonly rankDeficiency: number;
  readonly dfModel: number;
  readonly dfResidual: number;
  readonly ssTotal: number;
  readonly ssModel: number;
  readonly ssResidual: number;
  readonly msResidual: number | null;
  readonly residualSd: number | null;
  readonly r2: number | null;
  readonly adjustedR2: number | null;
  readonly fModel: number | null;
  readonly pModel: number | null;
  /** Null where the model has no full rank: no unique solution exists. */
  readonly coefficientsSum: readonly CellEstimate[] | null;
  readonly coefficientsTreatment: readonly CellEstimate[] | null;
  readonly anovaType2: readonly TermTest[];
  /** Sum of the table with its residual; equal to `ssTotal` in balanced data only. */
  readonly ssSumOfTable: number;
  readonly grandMean: Estimate;
  readonly marginalMeans: PerAxis<readonly LevelMean[]>;
  readonly effects: PerAxis<readonly LevelEstimate[]>;
  readonly pairwise: PerAxis<readonly PairEstimate[]>;
  readonly vsBaseline: PerAxis<readonly LevelEstimate[]>;
  readonly tukeyQCritical: PerAxis<number | null>;
  /** Means of pairs of levels, and what they differ by from the sum of their main effects; two-way models only. */
  readonly marginalMeansPairs: PerAxis<readonly CellMeanEstimate[]>;
  readonly interactionEffects: PerAxis<readonly CellEstimate[]>;
}

/** Signed sum of the rows at which a treatment-coded coefficient is read off: inclusion and exclusion over its factors. */
function treatmentRow(
  model: LinearModel,
  factors: readonly Factor[],
  levels: Readonly<Record<string, string>>,
) {
  const own = factors.flatMap((factor, axis) => {
    const level = levels[factor.name];
    return level === undefined ? [] : [[axis, factor.levels.indexOf(level)] as const];
  });
  const base = factors.map(({ baseline }) => baseline);
  let total = new Float64Array(model.design.width);
  for (let subset = 0; subset < 1 << own.length; subset++) {
    let selection: Selection = base;
    let sign = (-1) ** own.length;
    for (const [bit, [axis, level]] of own.entries())
      if (subset & (1 << bit)) {
        selection = selection.with(axis, level);
        sign = -sign;
      }
    const row = model.design.row(selection);
    total = total.map((value, i) => value + sign * (row[i] as number));
  }
  return total;
}

function coefficients(model: LinearModel, factors: readonly Factor[]) {
  if (model.rank < model.design.width) return { coefficientsSum: null, coefficientsTreatment: null };
  const { terms, levels, width } = model.design;
  const treatment = designMatrix(factors, terms, 'treatment');
  return {
    coefficientsSum: levels.map((own, j): CellEstimate => {
      const unit = new Float64Array(width);
      unit[j] = 1;
      return { levels: own, ...model.contrast(unit) };
    }),
    coefficientsTreatment: treatment.levels.map((own): CellEstimate => ({
      levels: own,
      ...model.contrast(treatmentRow(model, factors, own)),
    })),
  };
}

function pairFigures(
  model: LinearModel,
  factors: readonly Factor[],
  cells: readonly CellSum[],
  order: Order,
) {
  const marginalMeansPairs: Record<string, CellMeanEstimate[]> = {};
  const interactionEffects: Record<string, CellEstimate[]> = {};
  if (order === 'main') return { marginalMeansPairs, interactionEffects };
  const everywhere = factors.map(() => -1);
  const row = (selection: Selection): Float64Array => model.design.row(selection);
  const grand = row(everywhere);
  for (const [a, b] of pairsOf(factors.length)) {
    const [first, second] = [factors[a] as Factor, factors[b] as Factor];
    const counts = new Map<number, number>();
    for (const { levels, n } of cells) {
      const key = (levels[a] as number) * second.levels.length + (levels[b] as number);
      counts.set(key, (counts.get(key) ?? 0) + n);
    }
    const means: CellMeanEstimate[] = [];
    const interactions: CellEstimate[] = [];
    for (const [i, levelA] of first.levels.entries())
      for (const [j, levelB] of second.levels.entries()) {
        const levels = { [first.name]: levelA, [second.name]: levelB };
        const here = row(everywhere.with(a, i).with(b, j));
        const [alone, other] = [row(everywhere.with(a, i)), row(everywhere.with(b, j))];
        const n = counts.get(i * second.levels.length + j) ?? 0;
        means.push({ levels, n, ...model.contrast(here) });
        const rest = here.map(
          (value, c) => value - (alone[c] as number) - (other[c] as number) + (grand[c] as number),
        );
        interactions.push({ levels, ...model.contrast(rest) });
      }
    marginalMeansPairs[`${first.name}:${second.name}`] = means;
    interactionEffects[`${first.name}:${second.name}`] = interactions;
  }
  return { marginalMeansPairs, interactionEffects };
}

/** Analyses cells under one model: main effects, or with all two-way interactions. Intervals have level 1 - alpha. */
export function modelEffects(
  factors: readonly Factor[],
  cells: readonly CellSum[],
  order: Order,
  alpha: number,
): ModelEffects {
  const model = fit(factors, cells, order, alpha);
  const { n, rank, dfResidual, ssTotal, ssResidual, msResidual } = model;
  const dfModel = rank - 1;
  const ssModel = ssTotal - ssResidual;
  const fModel = dfModel > 0 && msResidual ? ssModel / dfModel / msResidual : null;
  const table = typeTwo(model, factors);
  // Axes with as many levels share their critical value, which is costly to find.
  const critical = new Map<number, number>();
  const tukeyCritical = (k: number): number => {
    const value = critical.get(k) ?? studentizedRangeQuantile(1 - alpha, k, dfResidual);
    critical.set(k, value);
    return value;
  };
  const axes = factors.map(({ name, levels }, axis) => {
    const counts = levels.map((_, i) =>
      cells.reduce((sum, cell) => sum + (cell.levels[axis] === i ? cell.n : 0), 0),
    );
    return [name, axisLevels(model, factors, axis, counts, tukeyCritical)] as const;
  });
  const per = <T>(pick: (levels: AxisLevels) => T): PerAxis<T> =>
    Object.fromEntries(axes.map(([name, levels]) => [name, pick(levels)]));
  return {
    order,
    n,
    columns: model.design.width,
    rank,
    rankDeficiency: model.design.width - rank,
    dfModel,
    dfResidual,
    ssTotal,
    ssModel,
    ssResidual,
    msResidual,
    residualSd: msResidual === null ? null : Math.sqrt(msResidual),
    r2: ssTotal === 0 ? null : ssModel / ssTotal,
    adjustedR2: ssTotal === 0 || msResidual === null ? null : 1 - msResidual / (ssTotal / (n - 1)),
    fModel,
    pModel: fModel === null ? null : fSf(fModel, dfModel, dfResidual),
    ...coefficients(model, factors),
    anovaType2: table,
    ssSumOfTable: table.reduce((sum, { ss }) => sum + ss, ssResidual),
    grandMean: model.contrast(model.design.row(factors.map(() => -1))),
    marginalMeans: per(({ marginalMeans }) => marginalMeans),
    effects: per(({ effects }) => effects),
    pairwise: per(({ pairwise }) => pairwise),
    vsBaseline: per(({ vsBaseline }) => vsBaseline),
    tukeyQCritical: per(({ tukeyQCritical }) => tukeyQCritical),
    ...pairFigures(model, factors, cells, order),
  };
}
