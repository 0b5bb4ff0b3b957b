import betainc from '@stdlib/math-base-special-betainc';
import erfc from '@stdlib/math-base-special-erfc';
import chisquareQuantile from '@stdlib/stats-base-dists-chisquare-quantile';
import fQuantileOf from '@stdlib/stats-base-dists-f-quantile';
import normalQuantileOf from '@stdlib/stats-base-dists-normal-quantile';
import tQuantileOf from '@stdlib/stats-base-dists-t-quantile';
import { gammaFactor, gammaTail } from './gamma.js';

/*
 * Normal, Student's t, F, chi squared and binomial. `Sf` is the upper tail P(X > x), computed as such and never as 1 - cdf, so that it keeps
 * its relative accuracy far out. Formulas: Abramowitz and Stegun 26.2, 26.4.19, 26.5.24, 26.6.2, 26.7.1; special functions and their
 * inverses are Boost's, as ported by stdlib. All arguments are numbers without a unit; what is out of range gives NaN.
 */

export const normalSf = (x: number): number => 0.5 * erfc(x / Math.SQRT2);
export const normalCdf = (x: number): number => 0.5 * erfc(-x / Math.SQRT2);
/** The x with P(X <= x) = p. */
export const normalQuantile = (p: number): number => normalQuantileOf(p, 0, 1);

/** P(|T| > |t|) for df degrees of freedom (any positive number; Infinity is the normal). */
export function tTwoSided(t: number, df: number): number {
  if (df === Infinity) return erfc(Math.abs(t) / Math.SQRT2);
  const square = t * t;
  return square < df
    ? betainc(square / (df + square), 0.5, df / 2, true, true)
    : betainc(df / (df + square), df / 2, 0.5, true, false);
}
export function tSf(t: number, df: number): number {
  const tail = 0.5 * tTwoSided(t, df);
  return t >= 0 ? tail : 1 - tail;
}
export const tCdf = (t: number, df: number): number => tSf(-t, df);
export function tQuantile(p: number, df: number): number {
  if (df === Infinity) return normalQuantile(p);
  return p > 0.5 ? -tQuantileOf(1 - p, df) : tQuantileOf(p, df);
}
/** The t that a two-sided test at level alpha must exceed. */
export const tCritical = (alpha: number, df: number): number => -tQuantile(alpha / 2, df);

function fTail(f: number, df1: number, df2: number, upper: boolean): number {
  if (f <= 0) return upper ? 1 : 0;
  const scaled = df1 * f;
  return scaled < df2
    ? betainc(scaled / (scaled + df2), df1 / 2, df2 / 2, true, upper)
    : betainc(df2 / (scaled + df2), df2 / 2, df1 / 2, true, !upper);
}
export const fSf = (f: number, df1: number, df2: number): number => fTail(f, df1, df2, true);
export const fCdf = (f: number, df1: number, df2: number): number => fTail(f, df1, df2, false);
export const fQuantile = (p: number, df1: number, df2: number): number => fQuantileOf(p, df1, df2);

export const chi2Sf = (x: number, df: number): number => gammaTail(df / 2, x / 2, true);
export const chi2Cdf = (x: number, df: number): number => gammaTail(df / 2, x / 2, false);
/** stdlib's quantile is right to five digits only for thousands of degrees of freedom; Newton steps on the tails make it so to twelve. */
export function chi2Quantile(p: number, df: number): number {
  let x = chisquareQuantile(p, df);
  if (!(p > 0 && p < 1)) return x;
  for (let i = 0; i < 8; i++) {
    const off = p < 0.5 ? chi2Cdf(x, df) - p : 1 - p - chi2Sf(x, df);
    const step = off / (gammaFactor(df / 2, x / 2) / x);
    x = step < x ? x - step : x / 2;
    if (Math.abs(step) <= 1e-14 * x) break;
  }
  return x;
}

/** P(X <= k) of a binomial with n trials of probability p. */
export function binomialCdf(k: number, n: number, p: number): number {
  if (k < 0) return 0;
  if (k >= n) return 1;
  return betainc(1 - p, n - k, k + 1, true, false);
}
