import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { uniformInt } from 'pure-rand/distribution/uniformInt';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws of one seeded stream. */
export interface Random {
  /** Uniform in [0, 1). */
  unit(): number;
  /** Uniform integer, both ends included. */
  integer(low: number, high: number): number;
  pick<T>(items: readonly T[]): T;
  /** Index drawn in proportion to weights that were summed up by `cumulate`. */
  weighted(cumulative: Float64Array): number;
  shuffle<T>(items: readonly T[]): T[];
}

export function randomOf(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const unit = (): number => uniformFloat64(generator);
  const integer = (low: number, high: number): number => uniformInt(generator, low, high);
  return {
    unit,
    integer,
    pick: (items) => items[integer(0, items.length - 1)]!,
    weighted: (cumulative) => {
      const target = unit() * cumulative.at(-1)!;
      let low = 0;
      let high = cumulative.length - 1;
      while (low < high) {
        const middle = (low + high) >> 1;
        if (cumulative[middle]! > target) high = middle;
        else low = middle + 1;
      }
      return low;
    },
    shuffle: (items) => {
      const copy = [...items];
      for (let i = copy.length - 1; i > 0; i -= 1) {
        const j = integer(0, i);
        [copy[i], copy[j]] = [copy[j]!, copy[i]!];
      }
      return copy;
    },
  };
}

/** Running sums of weights, for `weighted`. */
export function cumulate(weights: readonly number[]): Float64Array {
  const sums = new Float64Array(weights.length);
  let total = 0;
  weights.forEach((weight, i) => (sums[i] = total += weight));
  return sums;
}
