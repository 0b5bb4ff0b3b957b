import { normalSf } from '../distributions/basic.js';
import { averageRanks, tieSizes } from '../ranks.js';

/** Wilcoxon's signed-rank test of differences against zero. */
export interface Wilcoxon {
  readonly nNonzero: number;
  readonly zeros: number;
  readonly wPlus: number;
  readonly wMinus: number;
  /** Whether differences of equal size occur. */
  readonly ties: boolean;
  /** Two-sided, over all signs of these ranks; null above 20 differences. */
  readonly pExact: number | null;
  /** Normal approximation with tie-corrected variance, without and with continuity correction. */
  readonly pNormal: number | null;
  readonly pNormalContinuity: number | null;
}

const round = (value: number): number => {
  const rounded = Number(value.toFixed(10));
  return rounded === 0 ? 0 : rounded;
};

/** P(W <= w) over all 2^n signs, counted in half ranks: average ranks are multiples of one half. */
function signedRankCdf(ranks: readonly number[], w: number): number {
  const halves = ranks.map((rank) => Math.round(2 * rank));
  const ways = new Float64Array(halves.reduce((sum, rank) => sum + rank, 0) + 1);
  ways[0] = 1;
  let reached = 0;
  for (const rank of halves) {
    for (let sum = reached; sum >= 0; sum--)
      if (ways[sum] !== 0) ways[sum + rank] = (ways[sum + rank] as number) + (ways[sum] as number);
    reached += rank;
  }
  return (
    ways.slice(0, Math.floor(2 * w + 1e-9) + 1).reduce((sum, count) => sum + count, 0) / 2 ** ranks.length
  );
}

/**
 * Zeros are dropped, ties get average ranks; differences are rounded to 10 decimals first, since noise of floating point would break
 * ties. Source: Hollander, Wolfe and Chicken, Nonparametric Statistical Methods, 3.1. Two-sided p-values.
 */
export function wilcoxon(differences: readonly number[]): Wilcoxon {
  const rounded = differences.map(round);
  const nonzero = rounded.filter((value) => value !== 0);
  const sizes = nonzero.map(Math.abs);
  const ranks = averageRanks(sizes);
  const n = nonzero.length;
  let [wPlus, wMinus] = [0, 0];
  for (const [i, value] of nonzero.entries())
    if (value > 0) wPlus += ranks[i] as number;
    else wMinus += ranks[i] as number;
  const w = Math.min(wPlus, wMinus);
  const ties = tieSizes(sizes);
  const variance = (n * (n + 1) * (2 * n + 1)) / 24 - ties.reduce((sum, t) => sum + t ** 3 - t, 0) / 48;
  const off = Math.abs(w - (n * (n + 1)) / 4);
  const normal = (distance: number): number | null =>
    n === 0 ? null : 2 * normalSf(distance / Math.sqrt(variance));
  return {
    nNonzero: n,
    zeros: rounded.length - n,
    wPlus,
    wMinus,
    ties: ties.some((size) => size > 1),
    pExact: n > 20 ? null : Math.min(1, 2 * signedRankCdf(ranks, w)),
    pNormal: normal(off),
    pNormalContinuity: normal(off === 0 ? 0 : Math.abs(off - 0.5)),
  };
}
