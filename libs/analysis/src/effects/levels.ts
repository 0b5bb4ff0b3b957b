import { holm } from '../corrections.js';
import { studentizedRangeSf } from '../distributions/studentized-range.js';
import type { Selection } from '../linear/design-matrix.js';
import type { Estimate } from '../linear/estimate.js';
import { pairsOf, type Factor } from '../linear/factors.js';
import type { LinearModel } from '../linear/fit.js';

export interface LevelEstimate extends Estimate {
  readonly level: string;
}
export interface LevelMean extends LevelEstimate {
  /** Runs at this level. */
  readonly n: number;
}
/** `b` minus `a`. */
export interface PairEstimate extends Estimate {
  readonly a: string;
  readonly b: string;
  /** Holm-corrected over the estimable pairs of this axis. */
  readonly pHolm: number | null;
  /** Studentized range, its p-value and interval: Tukey's honest significant difference (Tukey-Kramer where n differs). */
  readonly q: number | null;
  readonly pTukey: number | null;
  readonly loTukey: number | null;
  readonly hiTukey: number | null;
}
/** What an axis' levels are worth, the other axes weighted equally over the whole grid. */
export interface AxisLevels {
  readonly marginalMeans: readonly LevelMean[];
  /** Marginal mean less grand mean. */
  readonly effects: readonly LevelEstimate[];
  readonly pairwise: readonly PairEstimate[];
  readonly vsBaseline: readonly LevelEstimate[];
  /** The q that |t| sqrt 2 must exceed at level alpha; null without an error. */
  readonly tukeyQCritical: number | null;
}

export const minus = (a: Float64Array, b: Float64Array): Float64Array =>
  a.map((value, i) => value - (b[i] as number));

/** The rows of an axis' levels, averaged over all other axes. */
export function levelRows(model: LinearModel, factors: readonly Factor[], axis: number): Float64Array[] {
  const everywhere = factors.map(() => -1);
  return (factors[axis] as Factor).levels.map((_, i): Float64Array => {
    const selection: Selection = everywhere.with(axis, i);
    return model.design.row(selection);
  });
}

/** `tukeyCritical`: the critical q for a number of levels, with the model's degrees of freedom. */
export function axisLevels(
  model: LinearModel,
  factors: readonly Factor[],
  axis: number,
  counts: readonly number[],
  tukeyCritical: (k: number) => number,
): AxisLevels {
  const { levels, baseline } = factors[axis] as Factor;
  const { dfResidual, msResidual } = model;
  const rows = levelRows(model, factors, axis);
  const grand = model.design.row(factors.map(() => -1));
  const row = (i: number): Float64Array => rows[i] as Float64Array;
  const tests = levels.length > 1 && msResidual !== null;
  const critical = tests ? tukeyCritical(levels.length) : null;
  const pairs = pairsOf(levels.length).map(([a, b]) => ({
    a: levels[a] as string,
    b: levels[b] as string,
    ...model.contrast(minus(row(b), row(a))),
  }));
  const corrected = holm(pairs.map(({ p }) => p));
  return {
    marginalMeans: levels.map((level, i) => ({
      level,
      n: counts[i] as number,
      ...model.contrast(row(i)),
    })),
    effects: levels.map((level, i) => ({ level, ...model.contrast(minus(row(i), grand)) })),
    pairwise: pairs.map((pair, i) => {
      const { estimate, se, t } = pair;
      const q = t === null ? null : Math.SQRT2 * Math.abs(t);
      const half = se === null || critical === null ? null : (critical * se) / Math.SQRT2;
      return {
        ...pair,
        pHolm: corrected[i] as number | null,
        q,
        // Costly, and few ask: found when it is read.
        get pTukey() {
          return q === null ? null : studentizedRangeSf(q, levels.length, dfResidual);
        },
        loTukey: estimate === null || half === null ? null : estimate - half,
        hiTukey: estimate === null || half === null ? null : estimate + half,
      };
    }),
    vsBaseline: levels.flatMap((level, i) =>
      i === baseline ? [] : [{ level, ...model.contrast(minus(row(i), row(baseline))) }],
    ),
    tukeyQCritical: critical,
  };
}
