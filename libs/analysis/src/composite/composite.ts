import { chi2Sf } from '../distributions/basic.js';
import { pairsOf } from '../linear/factors.js';
import { moments } from '../linear/runs.js';
import { averageRanks, tieSizes } from '../ranks.js';
import { associate, type Association } from './association.js';

export type Sense = 'max' | 'min';
export interface Composite {
  /** Runs with every benchmark, in the order given. */
  readonly runs: readonly string[];
  /** Runs that lack a benchmark: not compared. */
  readonly droppedIncomplete: readonly string[];
  /** Mean z-score over benchmarks, higher is better; the sd divides by n - 1, or by n. */
  readonly zMeanDdof1: Readonly<Record<string, number>>;
  readonly zMeanDdof0: Readonly<Record<string, number>>;
  /** z-scores by benchmark, in the order of `runs`. Null where all runs score the same: such a benchmark counts as 0. */
  readonly zTableDdof1: Readonly<Record<string, readonly (number | null)[]>>;
  readonly rankTable: Readonly<Record<string, readonly number[]>>;
  /** Mean rank, 1 is best. */
  readonly rankMean: Readonly<Record<string, number>>;
  readonly orderByZ: readonly string[];
  readonly orderByRank: readonly string[];
  /** Agreement of the benchmarks, 0 to 1, corrected for ties; null with fewer than two runs or no order at all. */
  readonly kendallW: number | null;
  readonly friedmanChi2: number | null;
  readonly friedmanDf: number;
  readonly friedmanP: number | null;
  /** Of every pair of benchmarks, over values as they are. */
  readonly correlations: readonly (Association & { readonly a: string; readonly b: string })[];
}

/**
 * One figure over several benchmarks, by z-score and by rank. Benchmarks where less is better are negated first. Sources: Kendall and
 * Babington Smith 1939 (W, ties as in Siegel and Castellan 9.3); Friedman 1937. `score` gives null for what was not measured.
 */
export function composite(
  runs: readonly string[],
  senses: Readonly<Record<string, Sense>>,
  score: (run: string, benchmark: string) => number | null,
): Composite {
  const benchmarks = Object.keys(senses);
  const known = (run: string, benchmark: string): boolean => {
    const value = score(run, benchmark);
    return value !== null && Number.isFinite(value);
  };
  const complete = runs.filter((run) => benchmarks.every((benchmark) => known(run, benchmark)));
  const n = complete.length;
  const raw = benchmarks.map((benchmark) => complete.map((run) => score(run, benchmark) as number));
  const values = raw.map((column, b) =>
    senses[benchmarks[b] as string] === 'min' ? column.map((value) => -value) : column,
  );
  const ranks = values.map((column) => averageRanks(column.map((value) => -value)));
  const z = (ddof: number): (number | null)[][] =>
    values.map((column) => {
      const { mean, ss } = moments(column);
      const sd = n > ddof ? Math.sqrt(ss / (n - ddof)) : 0;
      return column.map((value) => (sd > 0 ? (value - mean) / sd : null));
    });
  const meanOf = (table: readonly (readonly (number | null)[])[]): number[] =>
    complete.map((_, i) => table.reduce((sum, column) => sum + (column[i] ?? 0), 0) / benchmarks.length);
  const byRun = (figures: readonly number[]): Record<string, number> =>
    Object.fromEntries(complete.map((run, i) => [run, figures[i] as number]));
  const order = (figures: readonly number[]): string[] => {
    // Equal figures keep the order of the runs; sums that differ by rounding are equal.
    const rounded = figures.map((figure) => Number(figure.toPrecision(12)));
    return complete
      .map((_, i) => i)
      .sort((a, b) => (rounded[a] as number) - (rounded[b] as number) || a - b)
      .map((i) => complete[i] as string);
  };
  const [z1, z0, rankMean] = [z(1), z(0), meanOf(ranks)];
  const zMean = meanOf(z1);
  const m = benchmarks.length;
  const ties = ranks.reduce(
    (sum, column) => sum + tieSizes(column).reduce((inner, t) => inner + t ** 3 - t, 0),
    0,
  );
  const scale = m * m * (n ** 3 - n) - m * ties;
  const totals = rankMean.map((rank) => rank * m);
  const kendallW = n > 1 && scale > 0 ? (12 * moments(totals).ss) / scale : null;
  const friedmanChi2 = kendallW === null ? null : m * (n - 1) * kendallW;
  const table = <T>(columns: readonly T[]): Record<string, T> =>
    Object.fromEntries(benchmarks.map((benchmark, b) => [benchmark, columns[b] as T]));
  return {
    runs: complete,
    droppedIncomplete: runs.filter((run) => !complete.includes(run)),
    zMeanDdof1: byRun(zMean),
    zMeanDdof0: byRun(meanOf(z0)),
    zTableDdof1: table(z1),
    rankTable: table(ranks),
    rankMean: byRun(rankMean),
    orderByZ: order(zMean.map((figure) => -figure)),
    orderByRank: order(rankMean),
    kendallW,
    friedmanChi2,
    friedmanDf: n - 1,
    friedmanP: friedmanChi2 === null ? null : chi2Sf(friedmanChi2, n - 1),
    correlations: pairsOf(m).map(([a, b]) => ({
      a: benchmarks[a] as string,
      b: benchmarks[b] as string,
      ...associate(raw[a] as number[], raw[b] as number[]),
    })),
  };
}
