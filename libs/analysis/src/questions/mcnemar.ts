import { binomialCdf, chi2Sf } from '../distributions/basic.js';

/** McNemar's test of two runs over the same right-or-wrong questions. */
export interface McNemar {
  readonly onlyFirstRight: number;
  readonly onlySecondRight: number;
  /** Two-sided binomial over the questions that exactly one got right; 1 where there are none. */
  readonly pExact: number;
  /** Null where no question tells the two apart. */
  readonly chi2Continuity: number | null;
  readonly chi2: number | null;
  readonly pChi2Continuity: number | null;
  readonly pChi2: number | null;
}

/**
 * From the numbers of questions that only the first, and only the second, got right. The continuity-corrected chi squared is
 * max(|b - c| - 1, 0)^2 / (b + c), zero for b = c as in R. Source: McNemar 1947, Psychometrika 12; Edwards 1948.
 */
export function mcnemar(onlyFirstRight: number, onlySecondRight: number): McNemar {
  const [b, c] = [onlyFirstRight, onlySecondRight];
  const n = b + c;
  const off = Math.abs(b - c);
  const chi2 = n === 0 ? null : off ** 2 / n;
  const chi2Continuity = n === 0 ? null : Math.max(off - 1, 0) ** 2 / n;
  return {
    onlyFirstRight,
    onlySecondRight,
    pExact: n === 0 ? 1 : Math.min(1, 2 * binomialCdf(Math.min(b, c), n, 0.5)),
    chi2Continuity,
    chi2,
    pChi2Continuity: chi2Continuity === null ? null : chi2Sf(chi2Continuity, 1),
    pChi2: chi2 === null ? null : chi2Sf(chi2, 1),
  };
}
