import { tCritical } from '../distributions/basic.js';
import { decompose, squares, type Decomposition } from './decompose.js';
import { designMatrix, termsOf, type DesignMatrix, type Order } from './design-matrix.js';
import { notEstimable, tEstimate, type Estimate } from './estimate.js';
import type { Factor } from './factors.js';
import type { CellSum } from './runs.js';

/** Ordinary least squares on cell means weighted by their numbers of runs: the same figures as on runs, at the size of the grid. */
export interface LinearModel {
  readonly design: DesignMatrix;
  readonly decomposition: Decomposition;
  readonly n: number;
  readonly rank: number;
  readonly dfResidual: number;
  readonly ssTotal: number;
  readonly ssResidual: number;
  /** Mean square of the residuals; null where nothing is left for an error. */
  readonly msResidual: number | null;
  /** Q'y of the weighted cell means less the mean of all runs. */
  readonly qty: Float64Array;
  /** Estimate of L b. */
  contrast(l: ArrayLike<number>): Estimate;
}

/** Model with sum-to-zero coding, whose figures do not depend on the coding where they are estimable. */
export function fit(
  factors: readonly Factor[],
  cells: readonly CellSum[],
  order: Order,
  alpha: number,
): LinearModel {
  const design = designMatrix(factors, termsOf(factors.length, order), 'sum');
  const n = cells.reduce((sum, cell) => sum + cell.n, 0);
  const center = cells.reduce((sum, cell) => sum + cell.n * cell.mean, 0) / n;
  const columns = Array.from({ length: design.width }, () => new Float64Array(cells.length));
  const y = new Float64Array(cells.length);
  let [ssTotal, ssWithin] = [0, 0];
  for (const [i, cell] of cells.entries()) {
    const weight = Math.sqrt(cell.n);
    for (const [j, value] of design.row(cell.levels).entries())
      (columns[j] as Float64Array)[i] = weight * value;
    const off = cell.mean - center;
    y[i] = weight * off;
    ssTotal += cell.n * off * off + cell.ss;
    ssWithin += cell.ss;
  }
  const decomposition = decompose(design.columns.map((own) => own.map((j) => columns[j] as Float64Array)));
  const { rank } = decomposition;
  const qty = decomposition.applyQt(y);
  const dfResidual = n - rank;
  // Scores that are all equal: what is left of them is rounding.
  if (ssTotal <= 1e-24 * n * center * center) ssTotal = ssWithin = 0;
  const ssResidual =
    dfResidual === 0 || ssTotal === 0 ? 0 : squares(qty, Math.min(rank, qty.length)) + ssWithin;
  const msResidual = dfResidual > 0 ? ssResidual / dfResidual : null;
  const critical = dfResidual > 0 ? tCritical(alpha, dfResidual) : 0;
  return {
    design,
    decomposition,
    n,
    rank,
    dfResidual,
    ssTotal,
    ssResidual,
    msResidual,
    qty,
    contrast(l) {
      const w = decomposition.functional(l);
      if (!w) return notEstimable;
      let estimate = (l[0] as number) * center;
      for (let i = 0; i < rank; i++) estimate += (w[i] as number) * (qty[i] as number);
      const se = msResidual === null ? null : Math.sqrt(msResidual * squares(w));
      return tEstimate(estimate, se, dfResidual, alpha, critical);
    },
  };
}
