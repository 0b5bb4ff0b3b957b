import { tTwoSided } from '../distributions/basic.js';
import { summarise } from '../sample-summary.js';

/** Mean of paired differences with its t test; null where one pair, or no spread, allows none. In units of the score. */
export interface PairedT {
  readonly pairs: number;
  readonly mean: number | null;
  readonly sd: number | null;
  readonly se: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  readonly t: number | null;
  readonly df: number | null;
  readonly p: number | null;
  /** Standardised mean difference, mean / sd. */
  readonly dz: number | null;
}

/** One-sample t test of differences against zero. Source: NIST/SEMATECH e-Handbook 7.3.1. No pairs give nulls. */
export function pairedT(differences: readonly number[], alpha = 0.05): PairedT {
  const pairs = differences.length;
  const none = { sd: null, se: null, lo: null, hi: null, t: null, df: null, p: null, dz: null };
  if (pairs === 0) return { pairs, mean: null, ...none };
  const { mean, sd, se, lo, hi } = summarise(differences, alpha);
  if (sd === null || se === null) return { pairs, mean, ...none };
  const df = pairs - 1;
  const t = sd > 0 ? mean / se : null;
  return {
    pairs,
    mean,
    sd,
    se,
    lo,
    hi,
    t,
    df,
    p: t === null ? null : tTwoSided(t, df),
    dz: sd > 0 ? mean / sd : null,
  };
}
