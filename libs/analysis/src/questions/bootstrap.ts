import { normalCdf, normalQuantile } from '../distributions/basic.js';
import { moments } from '../linear/runs.js';

/** Two sums of the same values in another order are equal within this. */
const same = 1e-9;

export interface Bootstrap {
  readonly estimate: number;
  /** Resamples. */
  readonly B: number;
  readonly seBootstrap: number;
  /** Interval between percentiles of the resampled means, [low, high]. */
  readonly percentile: readonly [number, number];
  /** Bias-corrected and accelerated interval; null where all differences are equal. */
  readonly bca: readonly [number, number] | null;
  readonly z0: number | null;
  readonly acceleration: number | null;
  /** The percentiles that BCa takes. */
  readonly alphaLowHigh: readonly [number, number] | null;
  /** Means of the resamples, in order. */
  readonly means: readonly number[];
}

/** Linear interpolation between order statistics (type 7 of Hyndman and Fan 1996), `sorted` ascending. */
export function quantileOf(sorted: readonly number[], p: number): number {
  const at = p * (sorted.length - 1);
  const below = Math.floor(at);
  const low = sorted[below] as number;
  return low + (at - below) * ((sorted[Math.min(below + 1, sorted.length - 1)] as number) - low);
}

/**
 * Paired bootstrap of the mean of differences from given resamples, rows of zero-based indices. Source: Efron and Tibshirani, An
 * Introduction to the Bootstrap, 14.3; ties count half in z0. Throws a RangeError for no differences or no resample.
 */
export function bootstrapMean(
  differences: readonly number[],
  resamples: Iterable<ArrayLike<number>>,
  alpha = 0.05,
): Bootstrap {
  const n = differences.length;
  const means: number[] = [];
  for (const rows of resamples) {
    let sum = 0;
    for (let i = 0; i < rows.length; i++) sum += differences[rows[i] as number] as number;
    means.push(sum / rows.length);
  }
  const B = means.length;
  if (n === 0 || B === 0) throw new RangeError('A bootstrap needs differences and resamples.');
  const total = differences.reduce((sum, value) => sum + value, 0);
  const estimate = total / n;
  const sorted = [...means].sort((a, b) => a - b);
  const percentile = [quantileOf(sorted, alpha / 2), quantileOf(sorted, 1 - alpha / 2)] as const;
  const seBootstrap = B > 1 ? Math.sqrt(moments(means).ss / (B - 1)) : 0;
  const plain = { estimate, B, seBootstrap, percentile, means };

  const below = means.filter((mean) => mean < estimate - same).length;
  const upTo = means.filter((mean) => mean <= estimate + same).length;
  const z0 = normalQuantile((below + upTo) / (2 * B));
  const left = differences.map((value) => (total - value) / (n - 1));
  const center = left.reduce((sum, value) => sum + value, 0) / n;
  const [squares, cubes] = left.reduce<[number, number]>(
    ([two, three], value) => [two + (center - value) ** 2, three + (center - value) ** 3],
    [0, 0],
  );
  const spread = differences.some((value) => Math.abs(value - (differences[0] as number)) > same);
  if (n < 2 || !spread || !Number.isFinite(z0))
    return { ...plain, bca: null, z0: null, acceleration: null, alphaLowHigh: null };
  const acceleration = cubes / (6 * squares ** 1.5);
  const adjusted = (p: number): number => {
    const z = z0 + normalQuantile(p);
    return normalCdf(z0 + z / (1 - acceleration * z));
  };
  const alphaLowHigh = [adjusted(alpha / 2), adjusted(1 - alpha / 2)] as const;
  return {
    ...plain,
    bca: [quantileOf(sorted, alphaLowHigh[0]), quantileOf(sorted, alphaLowHigh[1])],
    z0,
    acceleration,
    alphaLowHigh,
  };
}
