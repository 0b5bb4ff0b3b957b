import quantile from '@stdlib/stats-base-dists-t-quantile';

/** Of a sample. What needs two values or more is null below that; nothing is made up. */
export interface MeanInterval {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1). */
  readonly sd: number | null;
  /** Two-sided interval of the mean. */
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * Mean with Student's t interval: mean ± t(n-1) sd / sqrt(n). Assumes independent, roughly normal values.
 * Source: any textbook, e.g. NIST/SEMATECH e-Handbook of Statistical Methods 1.3.5.2. Throws a RangeError for no values.
 */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval {
  const n = values.length;
  if (n === 0) throw new RangeError('A mean needs at least one value.');
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  if (n === 1) return { n, mean, sd: null, low: null, high: null };
  const sd = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1));
  const half = (quantile(1 - (1 - confidence) / 2, n - 1) * sd) / Math.sqrt(n);
  return { n, mean, sd, low: mean - half, high: mean + half };
}
