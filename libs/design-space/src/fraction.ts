import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A run is one level index per factor. */
type Run = readonly number[];
type Uniform = (n: number) => number;

const SWEEPS = 20;
const startsOf = (runs: number): number => Math.min(8, Math.max(1, Math.floor(256 / runs)));
/** Partners tried for one row in one sweep: all of them up to 96 runs, then fewer, so that a sweep's work grows linearly. */
const partnersOf = (runs: number): number => (runs <= 96 ? runs : Math.ceil((96 * 96) / runs));

function shuffle(values: number[], uniform: Uniform): void {
  for (let i = values.length - 1; i > 0; i--) {
    const j = uniform(i + 1);
    const a = values[i] as number;
    values[i] = values[j] as number;
    values[j] = a;
  }
}

/** Every level equally often; where the division leaves a rest, a drawn set of levels gets one more. */
function balancedColumn(levels: number, runs: number, uniform: Uniform): number[] {
  const order = Array.from({ length: levels }, (_, level) => level);
  shuffle(order, uniform);
  const column = Array.from({ length: runs }, (_, i) => order[i % levels] as number);
  shuffle(column, uniform);
  return column;
}

/** Cost of two rows that agree with weight c: J2, and far more than J2 can win when the rows are equal. */
const pairCost = (c: number, equal: number): number => (c >= equal ? c * c + 1000 * equal * equal : c * c);

/** One start: balanced columns, then swaps within a column while they lower the cost. Returns columns and cost. */
function descend(
  levels: readonly number[],
  runs: number,
  uniform: Uniform,
): { columns: number[][]; cost: number } {
  const columns = levels.map((count) => balancedColumn(count, runs, uniform));
  const equal = levels.reduce((sum, count) => sum + count, 0);
  const agree = new Float64Array(runs * runs);
  columns.forEach((column, k) => {
    for (let a = 0; a < runs; a++)
      for (let b = 0; b < runs; b++) if (column[a] === column[b]) agree[a * runs + b]! += levels[k]!;
  });

  const gainOf = (column: readonly number[], weight: number, a: number, b: number): number => {
    let gain = 0;
    for (let r = 0; r < runs; r++) {
      if (r === a || r === b) continue;
      const toB = Number(column[r] === column[b]) - Number(column[r] === column[a]);
      if (toB === 0) continue;
      const ca = agree[a * runs + r]!;
      const cb = agree[b * runs + r]!;
      gain += pairCost(ca, equal) - pairCost(ca + weight * toB, equal);
      gain += pairCost(cb, equal) - pairCost(cb - weight * toB, equal);
    }
    return gain;
  };
  const swap = (column: number[], weight: number, a: number, b: number): void => {
    for (let r = 0; r < runs; r++) {
      if (r === a || r === b) continue;
      const toB = weight * (Number(column[r] === column[b]) - Number(column[r] === column[a]));
      agree[a * runs + r]! += toB;
      agree[r * runs + a]! += toB;
      agree[b * runs + r]! -= toB;
      agree[r * runs + b]! -= toB;
    }
    const old = column[a] as number;
    column[a] = column[b] as number;
    column[b] = old;
  };

  const partners = partnersOf(runs);
  for (let sweep = 0, improved = true; improved && sweep < SWEEPS; sweep++) {
    improved = false;
    columns.forEach((column, k) => {
      const weight = levels[k]!;
      for (let a = 0; a < runs; a++) {
        let best = 1e-9;
        let partner = -1;
        for (let t = 0; t < partners; t++) {
          const b = partners === runs ? t : uniform(runs);
          if (column[b] === column[a]) continue;
          const gain = gainOf(column, weight, a, b);
          if (gain > best) {
            best = gain;
            partner = b;
          }
        }
        if (partner !== -1) {
          swap(column, weight, a, partner);
          improved = true;
        }
      }
    });
  }
  let cost = 0;
  for (let a = 0; a < runs; a++) for (let b = 0; b < a; b++) cost += pairCost(agree[a * runs + b]!, equal);
  return { columns, cost };
}

/** Replaces the repeats that swapping could not part by the first combinations that are missing. */
function part(rows: readonly Run[], levels: readonly number[]): Run[] {
  const taken = new Set(rows.map((row) => row.join()));
  const seen = new Set<string>();
  let next = 0;
  return rows.map((row) => {
    if (!seen.has(row.join())) {
      seen.add(row.join());
      return row;
    }
    for (;;) {
      let rest = next++;
      const candidate = levels.map((count) => {
        const level = rest % count;
        rest = Math.floor(rest / count);
        return level;
      });
      if (taken.has(candidate.join())) continue;
      taken.add(candidate.join());
      seen.add(candidate.join());
      return candidate;
    }
  });
}

/**
 * Chooses `runs` distinct combinations of factors with the given numbers of levels: every level of a factor equally
 * often, every pair of levels of two factors as equally often as can be. Minimises J2, the sum over pairs of runs of the squared,
 * level-weighted number of agreements; an orthogonal array attains its lower bound.
 * Source: H. Xu, "An algorithm for constructing orthogonal and nearly-orthogonal arrays with mixed levels and small runs",
 * Technometrics 44 (2002) 356-368 (criterion and balanced columns; here by within-column swaps from several starts).
 * `runs` may not exceed the product of the levels. The same arguments give the same rows, in order of their levels.
 */
export function fraction(levels: readonly number[], runs: number, seed: number): Run[] {
  const generator = xoroshiro128plus(seed);
  const uniform: Uniform = (n) => uniformInt(generator, 0, n - 1);
  let best = descend(levels, runs, uniform);
  for (let start = 1; start < startsOf(runs); start++) {
    const next = descend(levels, runs, uniform);
    if (next.cost < best.cost) best = next;
  }
  const rows = Array.from({ length: runs }, (_, i) => best.columns.map((column) => column[i] as number));
  return part(rows, levels).sort((x, y) => {
    const k = x.findIndex((level, i) => level !== y[i]);
    return k === -1 ? 0 : (x[k] as number) - (y[k] as number);
  });
}

/** `runs` distinct numbers below `n`, ascending (a partial Fisher-Yates shuffle). */
export function sample(n: number, runs: number, seed: number): number[] {
  const generator = xoroshiro128plus(seed);
  const order = Array.from({ length: n }, (_, i) => i);
  for (let i = 0; i < runs; i++) {
    const j = uniformInt(generator, i, n - 1);
    const drawn = order[j] as number;
    order[j] = order[i] as number;
    order[i] = drawn;
  }
  return order.slice(0, runs).sort((a, b) => a - b);
}
