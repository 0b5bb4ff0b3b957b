import { tCritical, tTwoSided } from '../distributions/basic.js';

/** A figure with its t interval. Null: not estimable, or (with an estimate) no error to compare with. */
export interface Estimate {
  readonly estimable: boolean;
  readonly estimate: number | null;
  /** Standard error, in units of the score. */
  readonly se: number | null;
  readonly t: number | null;
  /** Two-sided p-value of a true value of zero. */
  readonly p: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
}

export const notEstimable: Estimate = {
  estimable: false,
  estimate: null,
  se: null,
  t: null,
  p: null,
  lo: null,
  hi: null,
};

/** Estimate with Student's t for df degrees of freedom; without df or error, the estimate alone. `critical`: t of the interval. */
export function tEstimate(
  estimate: number,
  se: number | null,
  df: number | null,
  alpha: number,
  critical = df === null || df <= 0 ? 0 : tCritical(alpha, df),
): Estimate {
  if (se === null || df === null || df <= 0 || Number.isNaN(se))
    return { ...notEstimable, estimable: true, estimate };
  const half = critical * se;
  const t = se > 0 ? estimate / se : null;
  return {
    estimable: true,
    estimate,
    se,
    t,
    p: t === null ? null : tTwoSided(t, df),
    lo: estimate - half,
    hi: estimate + half,
  };
}
