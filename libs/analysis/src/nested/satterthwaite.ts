import { dot } from '../linear/symmetric.js';
import type { GroupedSums, Reml } from './reml.js';

/**
 * Degrees of freedom of w'b: 2 v^2 / (g' A g), v its variance, g the gradient of v by the two variances, A the inverse of their observed
 * restricted information. Source: Satterthwaite 1946; Kuznetsova, Brockhoff and Christensen 2017 (lmerTest), J. Stat. Software 82.
 * Returns a function of w, in coordinates of the basis; null at the boundary, where the information says nothing.
 */
export function satterthwaite(sums: GroupedSums, fitted: Reml): ((w: Float64Array) => number) | null {
  if (fitted.atBoundary) return null;
  const { n, rank, sizes, rowSums } = sums;
  const { stageVar, residualVar, information, residuals, q: sumOfSquares } = fitted;
  // Variances of group sums per run: residualVar + size * stageVar. Rows s / that are Z'V^-1 X.
  const spread = sizes.map((size) => residualVar + size * stageVar);
  const b = rowSums.map((s, g) => s.map((value) => value / (spread[g] as number)));
  const c = (v: ArrayLike<number>): Float64Array => information.solve(v).map((value) => value * residualVar);
  const solved = b.map((row) => c(row));
  // G = Z'PZ, r = Z'Py, and traces of products of P with the derivatives ZZ' and I, all from P V P = P.
  let [traceG, squareG, rr, rgr] = [0, 0, 0, 0];
  const r = residuals.map((value, g) => value / (spread[g] as number));
  for (const [i, row] of b.entries()) {
    let line = 0;
    for (const [j, other] of solved.entries()) {
      const value = (i === j ? (sizes[i] as number) / (spread[i] as number) : 0) - dot(row, other);
      if (i === j) traceG += value;
      squareG += value * value;
      line += value * (r[j] as number);
    }
    rr += (r[i] as number) ** 2;
    rgr += (r[i] as number) * line;
  }
  const yPy = sumOfSquares / residualVar;
  const traceP = (n - rank - stageVar * traceG) / residualVar;
  const traceSE = (traceG - stageVar * squareG) / residualVar;
  const traceEE = (traceP - stageVar * traceSE) / residualVar;
  const ySE = (rr - stageVar * rgr) / residualVar;
  const yEE = ((yPy - stageVar * rr) / residualVar - stageVar * ySE) / residualVar;
  const ss = rgr - 0.5 * squareG;
  const se = ySE - 0.5 * traceSE;
  const ee = yEE - 0.5 * traceEE;
  const determinant = ss * ee - se * se;
  return (w) => {
    const cw = c(w);
    const v = dot(w, cw);
    // v' by the stage variance: the squared group sums of X C w, weighted; by the residual variance: the rest of v.
    const gs = b.reduce((sum, row) => sum + dot(row, cw) ** 2, 0);
    const ge = (v - stageVar * gs) / residualVar;
    const spreadOfV = (ee * gs * gs - 2 * se * gs * ge + ss * ge * ge) / determinant;
    return spreadOfV > 0 ? (2 * v * v) / spreadOfV : NaN;
  };
}
