import { normalSf, tTwoSided } from '../distributions/basic.js';
import { pairsOf } from '../linear/factors.js';
import { moments } from '../linear/runs.js';
import { averageRanks, tieSizes } from '../ranks.js';

/** How two benchmarks agree over the same runs. Null where one of them is constant or there are too few runs. */
export interface Association {
  readonly spearman: number | null;
  /** By Student's t, as scipy. */
  readonly spearmanPT: number | null;
  readonly kendallTauB: number | null;
  readonly kendallPNormal: number | null;
  /** Over all orders; only without ties. */
  readonly kendallPExact: number | null;
  readonly pearson: number | null;
  readonly pearsonP: number | null;
}

function correlation(x: readonly number[], y: readonly number[]): number | null {
  const [a, b] = [moments(x), moments(y)];
  if (a.ss === 0 || b.ss === 0) return null;
  const product = x.reduce((sum, value, i) => sum + (value - a.mean) * ((y[i] as number) - b.mean), 0);
  return Math.max(-1, Math.min(1, product / Math.sqrt(a.ss * b.ss)));
}

function correlationP(r: number | null, n: number): number | null {
  if (r === null || n < 3) return null;
  return tTwoSided(r * Math.sqrt((n - 2) / ((1 - r) * (1 + r))), n - 2);
}

/** Two-sided p of so many discordant pairs among all orders of n, by counting inversions (Kendall 1938). */
function kendallExact(n: number, discordant: number): number {
  const total = (n * (n - 1)) / 2;
  const c = Math.min(discordant, total - discordant);
  let share = [1];
  for (let size = 2; size <= n; size++) {
    // Shares of orders of `size` by inversions: a running mean of `size` shares before.
    const next: number[] = [];
    let sum = 0;
    for (let i = 0; i <= Math.min(c, (size * (size - 1)) / 2); i++) {
      sum += (share[i] ?? 0) - (share[i - size] ?? 0);
      next.push(sum / size);
    }
    share = next;
  }
  return Math.min(1, 2 * share.slice(0, c + 1).reduce((sum, value) => sum + value, 0));
}

function kendall(x: readonly number[], y: readonly number[]) {
  const n = x.length;
  let [concordant, discordant] = [0, 0];
  for (const [i, j] of pairsOf(n)) {
    const sign =
      Math.sign((x[i] as number) - (x[j] as number)) * Math.sign((y[i] as number) - (y[j] as number));
    if (sign > 0) concordant++;
    else if (sign < 0) discordant++;
  }
  const [tx, ty] = [tieSizes(x), tieSizes(y)];
  const over = (sizes: readonly number[], f: (t: number) => number): number =>
    sizes.reduce((sum, t) => sum + f(t), 0);
  const all = (n * (n - 1)) / 2;
  const tied = (sizes: readonly number[]): number => over(sizes, (t) => (t * (t - 1)) / 2);
  const free = (all - tied(tx)) * (all - tied(ty));
  if (free === 0) return { kendallTauB: null, kendallPNormal: null, kendallPExact: null };
  const m = n * (n - 1);
  const third = (sizes: readonly number[]): number => over(sizes, (t) => t * (t - 1) * (t - 2));
  const fifth = (sizes: readonly number[]): number => over(sizes, (t) => t * (t - 1) * (2 * t + 5));
  const variance =
    (m * (2 * n + 5) - fifth(tx) - fifth(ty)) / 18 +
    (2 * tied(tx) * tied(ty)) / m +
    (n > 2 ? (third(tx) * third(ty)) / (9 * m * (n - 2)) : 0);
  const excess = concordant - discordant;
  return {
    kendallTauB: excess / Math.sqrt(free),
    kendallPNormal: 2 * normalSf(Math.abs(excess) / Math.sqrt(variance)),
    kendallPExact: tied(tx) + tied(ty) > 0 ? null : kendallExact(n, discordant),
  };
}

/**
 * Spearman's and Pearson's correlation and Kendall's tau-b with two-sided p-values. Sources: Hollander, Wolfe and Chicken, Nonparametric
 * Statistical Methods, 8.1 and 8.5 (variance of tau with ties). Throws a RangeError for unequal lengths.
 */
export function associate(x: readonly number[], y: readonly number[]): Association {
  if (x.length !== y.length) throw new RangeError(`${x.length} values cannot be set against ${y.length}.`);
  const spearman = correlation(averageRanks(x), averageRanks(y));
  const pearson = correlation(x, y);
  return {
    spearman,
    spearmanPT: correlationP(spearman, x.length),
    ...kendall(x, y),
    pearson,
    pearsonP: correlationP(pearson, x.length),
  };
}
