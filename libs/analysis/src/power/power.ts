import { fQuantile, normalCdf, normalQuantile, normalSf, tCritical } from '../distributions/basic.js';
import { findIncreasing } from '../distributions/find-root.js';
import { noncentralFSf, noncentralTCdf, noncentralTSf } from '../distributions/noncentral.js';

/*
 * Power of two-sided t tests and of one-way analysis of variance, both tails counted. Effect sizes are standardised: difference / sd, the
 * sd of the paired differences, or within a group. Source: Cohen, Statistical Power Analysis for the Behavioral Sciences, 2.5 and 8.5.
 */

/** How two levels are compared: over pairs (n = pairs), or between independent runs (n = runs a level). */
export type Comparing = 'paired' | 'independent';

/** Power of a two-sided t test whose statistic has this noncentrality. */
export function tPower(noncentrality: number, df: number, alpha: number): number {
  const critical = tCritical(alpha, df);
  return noncentralTSf(critical, df, noncentrality) + noncentralTCdf(-critical, df, noncentrality);
}

/** Power at n, which may be fractional, above 1. */
export function powerOf(comparing: Comparing, effectSize: number, n: number, alpha = 0.05): number {
  return comparing === 'paired'
    ? tPower(effectSize * Math.sqrt(n), n - 1, alpha)
    : tPower(effectSize * Math.sqrt(n / 2), 2 * n - 2, alpha);
}

/** Power of the F test of `groups` levels with Cohen's f = sd of the level means / sd within, at n runs in all. */
export function anovaPower(f: number, groups: number, nTotal: number, alpha = 0.05): number {
  const [df1, df2] = [groups - 1, nTotal - groups];
  return noncentralFSf(fQuantile(1 - alpha, df1, df2), df1, df2, f * f * nTotal);
}

export interface Needed {
  /** The real number at which the power is reached; null where fewer than 1.05 would do. */
  readonly nExact: number | null;
  /** Smallest whole number from 2 that reaches it; Infinity where no number below 1e12 does. */
  readonly n: number;
  readonly powerAtN: number | null;
  readonly powerAtNMinus1: number | null;
}

const fewest = 1.05;

function needed(power: (n: number) => number, wanted: number): Needed {
  const exact = findIncreasing((n) => power(n) - wanted, fewest, 1);
  if (exact === Infinity) return { nExact: null, n: Infinity, powerAtN: null, powerAtNMinus1: null };
  let n = Math.max(2, Math.ceil(exact));
  // The root is exact to rounding; the whole number must hold as such.
  if (power(n) < wanted) n++;
  return {
    nExact: exact === fewest ? null : exact,
    n,
    powerAtN: power(n),
    powerAtNMinus1: n > 2 ? power(n - 1) : null,
  };
}

/** Pairs, or runs a level, that a difference needs to be found with this power. Throws a RangeError for a difference of zero. */
export function seedsNeeded(comparing: Comparing, effectSize: number, power = 0.8, alpha = 0.05): Needed {
  if (!(Math.abs(effectSize) > 0)) throw new RangeError('No number of seeds finds a difference of zero.');
  return needed((n) => powerOf(comparing, Math.abs(effectSize), n, alpha), power);
}

/** Runs a group that an analysis of variance needs. */
export function anovaNeeded(f: number, groups: number, power = 0.8, alpha = 0.05): Needed {
  if (!(f > 0)) throw new RangeError('No number of runs finds an effect of zero.');
  return needed((n) => anovaPower(f, groups, groups * n, alpha), power);
}

/** The smallest standardised difference that n pairs, or n runs a level, find with this power. */
export function detectable(comparing: Comparing, n: number, power = 0.8, alpha = 0.05): number {
  return findIncreasing((effect) => powerOf(comparing, effect, n, alpha) - power, 0, 1);
}

/** The noncentrality at which a two-sided t test has this power; df Infinity is a known standard deviation. */
export function noncentralityFor(df: number, power = 0.8, alpha = 0.05): number {
  const z = -normalQuantile(alpha / 2);
  const at = (delta: number): number =>
    df === Infinity ? normalSf(z - delta) + normalCdf(-z - delta) : tPower(delta, df, alpha);
  return findIncreasing((delta) => at(delta) - power, 0, 1);
}
