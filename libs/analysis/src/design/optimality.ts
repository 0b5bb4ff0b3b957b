import { decompose, squares, type Decomposition } from '../linear/decompose.js';
import { designMatrix, termsOf, type Coding } from '../linear/design-matrix.js';
import { factorsOf, grid, pairsOf, type AxesInput, type Factor } from '../linear/factors.js';
import { indexer } from '../linear/runs.js';
import { noncentralityFor } from '../power/power.js';

export interface PairPrecision {
  readonly axis: string;
  readonly a: string;
  readonly b: string;
  /** Standard error of the difference in units of the noise sd, one run a cell; null where it is not estimable. */
  readonly seOverSigma: number | null;
  /** Smallest difference, in units of the noise sd, found with the wanted power: sd known, or estimated from what the design leaves. */
  readonly detectableKnownSigma: number | null;
  readonly detectableResidualDf: number | null;
}
/** What a set of cells can tell about main effects before anything runs. */
export interface Optimality {
  readonly runs: number;
  readonly rank: number;
  readonly columns: number;
  readonly dfResidual: number;
  /** log det X'X by coding; null where singular. */
  readonly logDetSum: number | null;
  readonly logDetTreatment: number | null;
  /** (det(X'X/n) / det of the full factorial)^(1/p): free of the coding; 0 where singular. */
  readonly dEfficiencyVsFull: number;
  readonly pairs: readonly PairPrecision[];
}

function decomposed(factors: readonly Factor[], cells: readonly (readonly number[])[], coding: Coding) {
  const design = designMatrix(factors, termsOf(factors.length, 'main'), coding);
  const rows = cells.map((cell) => design.row(cell));
  const columns = Array.from({ length: design.width }, (_, j) =>
    Float64Array.from(rows, (row) => row[j] as number),
  );
  return { design, decomposition: decompose([columns]) };
}

function logDet({ rank, columns, triangle }: Decomposition): number | null {
  if (rank < columns) return null;
  return triangle.reduce((sum, column, j) => sum + 2 * Math.log(Math.abs(column[j] as number)), 0);
}

/**
 * D criterion, variances of level differences and smallest detectable differences of a main effects design, one run each `cells` entry.
 * Source: Atkinson, Donev and Tobias, Optimum Experimental Designs, 10.1. Throws a RangeError for an unknown level.
 */
export function optimality(
  cells: readonly Readonly<Record<string, string>>[],
  { power = 0.8, alpha = 0.05, ...axes }: AxesInput & { readonly power?: number; readonly alpha?: number },
): Optimality {
  const factors = factorsOf(axes);
  const index = indexer(factors);
  const numbers = cells.map((levels) => index({ levels, score: null }));
  const { design, decomposition } = decomposed(factors, numbers, 'sum');
  const full = grid(factors);
  const logDetSum = logDet(decomposition);
  const logDetFull = logDet(decomposed(factors, full, 'sum').decomposition);
  const n = cells.length;
  const p = design.width;
  const dfResidual = n - decomposition.rank;
  const known = noncentralityFor(Infinity, power, alpha);
  const estimated = dfResidual > 0 ? noncentralityFor(dfResidual, power, alpha) : null;
  return {
    runs: n,
    rank: decomposition.rank,
    columns: p,
    dfResidual,
    logDetSum,
    logDetTreatment: logDet(decomposed(factors, numbers, 'treatment').decomposition),
    dEfficiencyVsFull:
      logDetSum === null || logDetFull === null
        ? 0
        : (Math.exp((logDetSum - logDetFull) / p) * full.length) / n,
    pairs: factors.flatMap(({ name, levels }, axis) =>
      pairsOf(levels.length).map(([a, b]): PairPrecision => {
        const row = (level: number): Float64Array =>
          design.row(factors.map((_, i) => (i === axis ? level : -1)));
        const w = decomposition.functional(row(b).map((value, i) => value - (row(a)[i] as number)));
        const se = w && Math.sqrt(squares(w));
        return {
          axis: name,
          a: levels[a] as string,
          b: levels[b] as string,
          seOverSigma: se,
          detectableKnownSigma: se && known * se,
          detectableResidualDf: se === null || estimated === null ? null : estimated * se,
        };
      }),
    ),
  };
}
