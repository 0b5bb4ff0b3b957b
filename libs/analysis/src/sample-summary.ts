import { tCritical } from './distributions/basic.js';
import { moments } from './linear/runs.js';

/** Of a sample. What needs two values or more is null below that; nothing is made up. */
export interface SampleSummary {
  readonly n: number;
  readonly mean: number;
  /** Sample standard deviation (n - 1). */
  readonly sd: number | null;
  /** Standard error of the mean, sd / sqrt(n). */
  readonly se: number | null;
  /** Two-sided t interval of the mean with n - 1 degrees of freedom. */
  readonly lo: number | null;
  readonly hi: number | null;
}

/**
 * Mean, spread and t interval of independent, roughly normal values, in their unit. Source: NIST/SEMATECH e-Handbook of Statistical
 * Methods 1.3.5.2. Throws a RangeError for no values.
 */
export function summarise(values: readonly number[], alpha = 0.05): SampleSummary {
  const { n, mean, ss } = moments(values);
  if (n === 0) throw new RangeError('A mean needs at least one value.');
  if (n === 1) return { n, mean, sd: null, se: null, lo: null, hi: null };
  const sd = Math.sqrt(ss / (n - 1));
  const se = sd / Math.sqrt(n);
  const half = tCritical(alpha, n - 1) * se;
  return { n, mean, sd, se, lo: mean - half, hi: mean + half };
}
