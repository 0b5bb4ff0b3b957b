import { findRoot } from '../distributions/find-root.js';
import { dot, positive, type Positive } from '../linear/symmetric.js';

/**
 * Model y = X b + u(group) + e, given in coordinates of an orthonormal basis of X: its rows' sums and the responses' sums by group. All
 * that REML needs of the runs are these.
 */
export interface GroupedSums {
  readonly n: number;
  readonly rank: number;
  /** Runs of each group; sums of the basis' rows over the group; sum of y. */
  readonly sizes: readonly number[];
  readonly rowSums: readonly Float64Array[];
  readonly ySums: readonly number[];
  /** Basis' y and y'y. */
  readonly qty: Float64Array;
  readonly yy: number;
}

/** Generalised least squares at a ratio of variances lambda = stage / residual. */
interface AtRatio {
  readonly lambda: number;
  readonly information: Positive;
  readonly matrix: Float64Array[];
  readonly coefficients: Float64Array;
  /** Weighted residual sum of squares. */
  readonly q: number;
  /** Sum of the residuals of each group. */
  readonly residuals: readonly number[];
  /** Profiled restricted log-likelihood, without constants, and its derivative by lambda. */
  readonly logLikelihood: number;
  readonly score: number;
}

function atRatio(sums: GroupedSums, lambda: number): AtRatio {
  const { n, rank, sizes, rowSums, ySums, qty, yy } = sums;
  const matrix = Array.from({ length: rank }, (_, i) => {
    const row = new Float64Array(rank);
    row[i] = 1;
    return row;
  });
  const slope = Array.from({ length: rank }, () => new Float64Array(rank));
  const right = Float64Array.from(qty);
  let weighted = yy;
  let [logV, traceV] = [0, 0];
  for (const [g, size] of sizes.entries()) {
    const s = rowSums[g] as Float64Array;
    const t = ySums[g] as number;
    const grown = 1 + size * lambda;
    const k = lambda / grown;
    for (let i = 0; i < rank; i++) {
      const si = s[i] as number;
      right[i] = (right[i] as number) - k * si * t;
      const [row, change] = [matrix[i] as Float64Array, slope[i] as Float64Array];
      for (let j = 0; j < rank; j++) {
        const product = si * (s[j] as number);
        row[j] = (row[j] as number) - k * product;
        change[j] = (change[j] as number) - product / (grown * grown);
      }
    }
    weighted -= k * t * t;
    logV += Math.log(grown);
    traceV += size / grown;
  }
  const information = positive(matrix);
  const coefficients = information.solve(right);
  const q = Math.max(0, weighted - dot(coefficients, right));
  const residuals = rowSums.map((s, g) => (ySums[g] as number) - dot(s, coefficients));
  let dq = 0;
  for (const [g, size] of sizes.entries()) dq -= ((residuals[g] as number) / (1 + size * lambda)) ** 2;
  let trace = 0;
  for (let i = 0; i < rank; i++) trace += information.solve(slope[i] as Float64Array)[i] as number;
  const df = n - rank;
  return {
    lambda,
    information,
    matrix,
    coefficients,
    q,
    residuals,
    logLikelihood: -0.5 * (df * Math.log(q / df) + logV + information.logDeterminant),
    score: -0.5 * ((df * dq) / q + traceV + trace),
  };
}

export interface Reml extends AtRatio {
  readonly stageVar: number;
  readonly residualVar: number;
  /** The stage variance is estimated as zero. */
  readonly atBoundary: boolean;
}

/**
 * Restricted maximum likelihood by the roots of the exact derivative of the profiled likelihood (Patterson and Thompson 1971; Bates et
 * al. 2015, J. Stat. Software 67, without their optimiser). The boundary, stage variance zero, competes with every inner maximum.
 * Throws a RangeError where the residual variance is zero.
 */
export function reml(sums: GroupedSums): Reml {
  const df = sums.n - sums.rank;
  const score = (x: number): number => atRatio(sums, Math.exp(x)).score;
  const candidates: AtRatio[] = [];
  const zero = atRatio(sums, 0);
  if (zero.score <= 0) candidates.push(zero);
  let [x, before] = [-16, score(-16)];
  if (zero.score > 0 && before <= 0) candidates.push(atRatio(sums, Math.exp(x)));
  for (let next = x + 1; next <= 20; next++) {
    const value = score(next);
    if (before > 0 && value <= 0) candidates.push(atRatio(sums, Math.exp(findRoot(score, x, next))));
    [x, before] = [next, value];
  }
  const [first, ...others] = candidates;
  // The likelihood rises for ever where runs of one stage do not differ beyond the model, and is none where no run does.
  if (!first || first.q <= 1e-20 * sums.yy)
    throw new RangeError('Runs of a stage do not differ: no error is left.');
  const best = others.reduce((a, b) => (b.logLikelihood > a.logLikelihood ? b : a), first);
  const residualVar = best.q / df;
  return {
    ...best,
    stageVar: best.lambda * residualVar,
    residualVar,
    atBoundary: best.lambda === 0,
  };
}
