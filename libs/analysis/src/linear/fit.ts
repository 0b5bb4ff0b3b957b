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

/**
 * Model with sum-to-zero coding, whose figures do not depend on the coding where they are estimable. Returns a function of the cells'
 * means and sums of squares, so that one design serves many tables of the same cells and numbers of runs.
 */
export function fitter(
  factors: readonly Factor[],
  cells: readonly Pick<CellSum, 'levels' | 'n'>[],
  order: Order,
  alpha: number,
): (sums: readonly Pick<CellSum, 'mean' | 'ss'>[]) => LinearModel {
  const design = designMatrix(factors, termsOf(factors.length, order), 'sum');
  const columns = Array.from({ length: design.width }, () => new Float64Array(cells.length));
  for (const [i, { levels, n }] of cells.entries()) {
    const weight = Math.sqrt(n);
    for (const [j, value] of design.row(levels).entries()) (columns[j] as Float64Array)[i] = weight * value;
  }
  const decomposition = decompose(design.columns.map((own) => own.map((j) => columns[j] as Float64Array)));
  const { rank } = decomposition;
  const sizes = cells.map(({ n }) => n);
  const n = sizes.reduce((sum, size) => sum + size, 0);
  const dfResidual = n - rank;
  const critical = dfResidual > 0 ? tCritical(alpha, dfResidual) : 0;

  return (sums) => {
    const center = sums.reduce((sum, { mean }, i) => sum + (sizes[i] as number) * mean, 0) / n;
    const y = Float64Array.from(sums, ({ mean }, i) => Math.sqrt(sizes[i] as number) * (mean - center));
    let ssWithin = sums.reduce((sum, { ss }) => sum + ss, 0);
    let ssTotal = squares(y) + ssWithin;
    // Scores that are all equal: what is left of them is rounding.
    if (ssTotal <= 1e-24 * n * center * center) ssTotal = ssWithin = 0;
    const qty = decomposition.applyQt(y);
    const saturated = dfResidual === 0 || ssTotal === 0;
    const ssResidual = saturated ? 0 : squares(qty, Math.min(rank, qty.length)) + ssWithin;
    const msResidual = dfResidual > 0 ? ssResidual / dfResidual : null;
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
  };
}

export const fit = (
  factors: readonly Factor[],
  cells: readonly CellSum[],
  order: Order,
  alpha: number,
): LinearModel => fitter(factors, cells, order, alpha)(cells);
