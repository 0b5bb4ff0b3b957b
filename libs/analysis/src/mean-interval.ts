import { summarise } from './sample-summary.js';

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
  const { n, mean, sd, lo, hi } = summarise(values, 1 - confidence);
  return { n, mean, sd, low: lo, high: hi };
}
