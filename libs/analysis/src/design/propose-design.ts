import { designMatrix, termsOf } from '../linear/design-matrix.js';
import { minus } from '../effects/levels.js';
import { factorsOf, grid, named, pairsOf, type AxesInput } from '../linear/factors.js';
import { indexer } from '../linear/runs.js';
import { dot, positive, type Positive } from '../linear/symmetric.js';
import { noncentralityFor } from '../power/power.js';
import { seededRandom, type Random } from '../random.js';

export interface DesignQuestion extends AxesInput {
  /** Cells to choose from; the whole grid unless given. */
  readonly cells?: readonly Readonly<Record<string, string>>[];
  /** Smallest difference between two levels worth finding, and the noise between seeds, both in units of the score. */
  readonly difference: number;
  readonly sd: number;
  readonly seeds: number;
  readonly power?: number;
  readonly alpha?: number;
  /** Of the random starts; the same seed, the same proposal. */
  readonly seed?: number;
}
/** A subset of cells that still answers: every difference of two levels of every axis, interactions taken as small. */
export interface DesignProposal {
  readonly cells: readonly Readonly<Record<string, string>>[];
  /** The largest of the smallest differences that are found with the wanted power, in units of the score. */
  readonly detectable: number;
  readonly candidates: number;
}

function information(rows: readonly Float64Array[], chosen: Iterable<number>): Float64Array[] {
  const p = rows[0]?.length ?? 0;
  const sum = Array.from({ length: p }, () => new Float64Array(p));
  for (const i of chosen) {
    const row = rows[i] as Float64Array;
    for (let a = 0; a < p; a++)
      for (let b = 0; b < p; b++)
        (sum[a] as Float64Array)[b] = (sum[a]?.[b] as number) + (row[a] as number) * (row[b] as number);
  }
  return sum;
}

const inverse = (rows: readonly Float64Array[], chosen: Iterable<number>): Positive | null => {
  try {
    return positive(information(rows, chosen));
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
};

/** Fedorov's exchange: swaps a chosen for another cell as long as det X'X grows (Fedorov 1972; Atkinson, Donev and Tobias 12.6). */
function exchange(rows: readonly Float64Array[], size: number, random: Random): Set<number> | null {
  const order = rows.map((_, i) => ({ i, key: random.uniform() })).sort((a, b) => a.key - b.key);
  const chosen = new Set(order.slice(0, size).map(({ i }) => i));
  for (let round = 0; round < 200; round++) {
    const current = inverse(rows, chosen);
    // A singular start is moved by swaps at random.
    if (!current) {
      const [out] = [...chosen].slice(Math.floor(random.uniform() * size));
      const free = rows.map((_, i) => i).filter((i) => !chosen.has(i));
      const into = free[Math.floor(random.uniform() * free.length)];
      if (out === undefined || into === undefined) return null;
      chosen.delete(out);
      chosen.add(into);
      continue;
    }
    const solved = rows.map((row) => current.solve(row));
    const lever = rows.map((row, i) => dot(row, solved[i] as Float64Array));
    let best = { gain: 1e-9, out: -1, into: -1 };
    for (const out of chosen)
      for (const into of rows.keys()) {
        if (chosen.has(into)) continue;
        const [a, b] = [lever[into] as number, lever[out] as number];
        const gain = a - b - (a * b - dot(rows[into] as Float64Array, solved[out] as Float64Array) ** 2);
        if (gain > best.gain) best = { gain, out, into };
      }
    if (best.out < 0) return chosen;
    chosen.delete(best.out);
    chosen.add(best.into);
  }
  return inverse(rows, chosen) ? chosen : null;
}

/**
 * The fewest cells, found by D-optimal exchange from a few random starts, whose main effects design still finds the wanted difference
 * between any two levels with the wanted power. Null where not even all cells do. A search: fewer cells may exist. Throws a RangeError
 * for an unknown level.
 */
export function proposeDesign(question: DesignQuestion): DesignProposal | null {
  const { difference, sd, seeds, power = 0.8, alpha = 0.05, seed = 1 } = question;
  const factors = factorsOf(question);
  const index = indexer(factors);
  const all = question.cells?.map((levels) => index({ levels, score: null })) ?? grid(factors);
  const design = designMatrix(factors, termsOf(factors.length, 'main'), 'sum');
  const rows = all.map((cell) => design.row(cell));
  const random = seededRandom(seed);

  const differences = factors.flatMap(({ levels }, axis) => {
    const of = (level: number): Float64Array => design.row(factors.map((_, i) => (i === axis ? level : -1)));
    return pairsOf(levels.length).map(([a, b]) => minus(of(b), of(a)));
  });
  const evaluate = (chosen: Iterable<number>): DesignProposal | null => {
    const numbers = [...chosen].sort((a, b) => a - b);
    const found = inverse(rows, numbers);
    const df = numbers.length * seeds - design.width;
    if (!found || df < 1) return null;
    const worst = Math.sqrt(Math.max(...differences.map((l) => dot(l, found.solve(l)))));
    return {
      cells: numbers.map((i) => named(factors, all[i] as readonly number[])),
      detectable: (noncentralityFor(df, power, alpha) * worst * sd) / Math.sqrt(seeds),
      candidates: all.length,
    };
  };
  const attempt = (size: number): DesignProposal | null => {
    let best: DesignProposal | null = null;
    for (let start = 0; start < 3; start++) {
      const chosen = exchange(rows, size, random);
      const found = chosen && evaluate(chosen);
      if (found && (!best || found.detectable < best.detectable)) best = found;
    }
    return best;
  };

  let answer = evaluate(all.keys());
  if (!answer || answer.detectable > difference) return null;
  let [low, high] = [design.width - 1, all.length];
  while (high - low > 1) {
    const size = Math.floor((low + high) / 2);
    const found = attempt(size);
    if (found && found.detectable <= difference) [high, answer] = [size, found];
    else low = size;
  }
  return answer;
}
