import { chi2Quantile } from './distributions/basic.js';

/** What the same configuration varies by from seed to seed. Null where no cell was run twice. */
export interface SeedNoise {
  readonly df: number;
  /** Standard deviation, in units of the score. */
  readonly sd: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

/**
 * Pooled standard deviation within cells with its chi squared interval sqrt(df s^2 / quantile). Assumes equal spread in all cells and
 * independent runs: runs that share a stage understate it.
 */
export function seedNoise(
  cells: readonly { readonly n: number; readonly ss: number }[],
  alpha = 0.05,
): SeedNoise {
  const df = cells.reduce((sum, { n }) => sum + n - 1, 0);
  if (df === 0) return { df, sd: null, lo: null, hi: null };
  const ss = cells.reduce((sum, cell) => sum + cell.ss, 0);
  return {
    df,
    sd: Math.sqrt(ss / df),
    lo: Math.sqrt(ss / chi2Quantile(1 - alpha / 2, df)),
    hi: Math.sqrt(ss / chi2Quantile(alpha / 2, df)),
  };
}
