import { tCritical, tTwoSided } from '../distributions/basic.js';
import { decompose, squares } from '../linear/decompose.js';
import { designMatrix, termsOf, type DesignMatrix, type Order } from '../linear/design-matrix.js';
import { notEstimable, tEstimate, type Estimate } from '../linear/estimate.js';
import type { Factor } from '../linear/factors.js';
import { dot } from '../linear/symmetric.js';
import { reml, type GroupedSums } from './reml.js';
import { satterthwaite } from './satterthwaite.js';

/** Runs as a mixed model sees them: level numbers, score, and the group that shares a stage. */
export interface GroupedRun {
  readonly levels: readonly number[];
  readonly score: number;
  readonly group: string;
}

/** A figure with the degrees of freedom that its interval has. */
export interface MixedEstimate extends Estimate {
  readonly df: number | null;
  /** The same df where they are Satterthwaite's; null at the boundary, where runs are pooled with df n - p. */
  readonly satterthwaiteDf: number | null;
  readonly pSatterthwaite: number | null;
  readonly loSatterthwaite: number | null;
  readonly hiSatterthwaite: number | null;
}
export interface MixedCoefficient extends MixedEstimate {
  readonly levels: Readonly<Record<string, string>>;
}

export interface MixedModel {
  readonly design: DesignMatrix;
  /** Treatment-coded fixed effects. */
  readonly fixed: readonly MixedCoefficient[];
  readonly n: number;
  readonly rank: number;
  readonly groups: number;
  readonly stageVar: number;
  readonly residualVar: number;
  readonly stageSd: number;
  readonly residualSd: number;
  /** Share of the variance that runs of one stage have in common. */
  readonly icc: number | null;
  /** With the constant -(n - p)/2 (1 + log 2 pi), without log |X'X| / 2. */
  readonly remlLoglik: number;
  /** The stage variance is estimated as zero: intervals pool the runs, df n - p. */
  readonly atBoundary: boolean;
  /** Estimate of L b. */
  contrast(l: ArrayLike<number>): MixedEstimate;
}

/**
 * Score by axes with a random intercept for each shared stage, by REML; t intervals with Satterthwaite's degrees of freedom, never z,
 * which covers about 90 % with few stages. Standard errors are (X' V^-1 X)^-1, as in lme4 and nlme. Throws a RangeError where the runs
 * leave no error, and where each cell has one shared stage only.
 */
export function mixedModel(
  factors: readonly Factor[],
  runs: readonly GroupedRun[],
  order: Order,
  alpha = 0.05,
): MixedModel {
  const design = designMatrix(factors, termsOf(factors.length, order), 'treatment');
  const columns = Array.from({ length: design.width }, () => new Float64Array(runs.length));
  const n = runs.length;
  const center = runs.reduce((sum, { score }) => sum + score, 0) / n;
  for (const [i, { levels }] of runs.entries())
    for (const [j, value] of design.row(levels).entries()) (columns[j] as Float64Array)[i] = value;
  const decomposition = decompose([columns]);
  const { rank } = decomposition;
  if (n <= rank) throw new RangeError(`${n} runs leave no error for ${rank} effects.`);
  const y = Float64Array.from(runs, ({ score }) => score - center);
  const basis = decomposition.basis();

  const numbers = new Map<string, number>();
  for (const { group } of runs) if (!numbers.has(group)) numbers.set(group, numbers.size);
  const sizes = Array.from(numbers, () => 0);
  const ySums = Array.from(numbers, () => 0);
  const rowSums = Array.from(numbers, () => new Float64Array(rank));
  for (const [i, { group }] of runs.entries()) {
    const g = numbers.get(group) as number;
    sizes[g] = (sizes[g] as number) + 1;
    ySums[g] = (ySums[g] as number) + (y[i] as number);
    const sum = rowSums[g] as Float64Array;
    for (let k = 0; k < rank; k++) sum[k] = (sum[k] as number) + (basis[k]?.[i] as number);
  }
  const free = sizes.reduce((sum, size, g) => sum + size - squares(rowSums[g] as Float64Array), 0);
  if (free < 1e-8 * n)
    throw new RangeError('Each cell has one run of its shared stage: stages cannot be told from axes.');
  const qty = Float64Array.from(basis, (column) => dot(column, y));
  const sums: GroupedSums = { n, rank, sizes, rowSums, ySums, qty, yy: squares(y) };
  const fitted = reml(sums);
  const dfOf = satterthwaite(sums, fitted);
  const { stageVar, residualVar, atBoundary } = fitted;

  const contrast = (l: ArrayLike<number>): MixedEstimate => {
    const w = decomposition.functional(l);
    const none = {
      satterthwaiteDf: null,
      pSatterthwaite: null,
      loSatterthwaite: null,
      hiSatterthwaite: null,
    };
    if (!w) return { ...notEstimable, df: null, ...none };
    const estimate = (l[0] as number) * center + dot(w, fitted.coefficients);
    const se = Math.sqrt(residualVar * dot(w, fitted.information.solve(w)));
    const df = dfOf?.(w) ?? n - rank;
    const result = tEstimate(estimate, se, df, alpha);
    if (!dfOf) return { ...result, df, ...none };
    const half = tCritical(alpha, df) * se;
    return {
      ...result,
      df,
      satterthwaiteDf: df,
      pSatterthwaite: se > 0 ? tTwoSided(estimate / se, df) : null,
      loSatterthwaite: estimate - half,
      hiSatterthwaite: estimate + half,
    };
  };
  let logR = 0;
  for (let k = 0; k < rank; k++) logR += Math.log(Math.abs(decomposition.triangle[k]?.[k] as number));
  return {
    design,
    fixed: design.levels.map((levels, j) => {
      const unit = new Float64Array(design.width);
      unit[j] = 1;
      return { levels, ...contrast(unit) };
    }),
    n,
    rank,
    groups: sizes.length,
    stageVar,
    residualVar,
    stageSd: Math.sqrt(stageVar),
    residualSd: Math.sqrt(residualVar),
    icc: stageVar + residualVar > 0 ? stageVar / (stageVar + residualVar) : null,
    remlLoglik: fitted.logLikelihood - logR - ((n - rank) / 2) * (1 + Math.log(2 * Math.PI)),
    atBoundary,
    contrast,
  };
}
