import type { PairedReport } from '../paired/paired-vs-baseline.js';

const NO_ERROR = { se: null, lo: null, hi: null, t: null, p: null, dz: null } as const;

/**
 * Pairs of an axis that reaches the shared stage have stages in common with other pairs: their mean stands, their spread is no error of
 * it. Pairs inside one stage are free of that and keep theirs.
 */
export function pairedWithoutError({ byRun, byCell }: PairedReport, axes: readonly string[]): PairedReport {
  const of = <T>(
    table: Readonly<Record<string, readonly T[]>>,
    bare: (row: T) => T,
  ): Record<string, readonly T[]> =>
    Object.fromEntries(
      Object.entries(table).map(([axis, rows]) => [axis, axes.includes(axis) ? rows.map(bare) : rows]),
    );
  return {
    byRun: of(byRun, (row) => ({ ...row, ...NO_ERROR, pHolm: null })),
    byCell: of(byCell, (row) => ({ ...row, ...NO_ERROR })),
  };
}
