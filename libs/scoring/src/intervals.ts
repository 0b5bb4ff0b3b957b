import { meanInterval, type MeanInterval } from '@ablate/analysis';

/** Standard normal quantile of 0.975. */
const Z = 1.959963984540054;

/**
 * Wilson's 95 % score interval of a share, `successes` of `n` (n >= 1): with p = successes / n,
 * (p + z²/2n ± z sqrt(p(1 - p)/n + z²/4n²)) / (1 + z²/n). Keeps within [0, 1] and has a width where all or none succeed.
 * Source: Wilson 1927, Probable inference, the law of succession, and statistical inference. Throws a RangeError for other counts.
 */
export function wilsonInterval(
  successes: number,
  n: number,
): { readonly low: number; readonly high: number } {
  if (!(n >= 1 && successes >= 0 && successes <= n)) {
    throw new RangeError(`${successes} of ${n} is no share.`);
  }
  const share = successes / n;
  const centre = share + Z ** 2 / (2 * n);
  const half = Z * Math.sqrt((share * (1 - share)) / n + Z ** 2 / (4 * n ** 2));
  const scale = 1 + Z ** 2 / n;
  return {
    low: successes === 0 ? 0 : (centre - half) / scale,
    high: successes === n ? 1 : (centre + half) / scale,
  };
}

/**
 * Mean of a - b over the same questions with its 95 % interval, mean ± t(n - 1) sd / sqrt(n), sd that of the differences. Normal theory:
 * questions are independent and many, so that the mean of differences (of 0/1 scores: -1, 0 or 1) is roughly normal. One question has
 * no interval. Source: the paired t interval, NIST/SEMATECH e-Handbook 7.3.1. Throws a RangeError for no questions or unequal numbers.
 */
export function pairedDifference(a: readonly number[], b: readonly number[]): MeanInterval {
  if (a.length !== b.length) {
    throw new RangeError(`${a.length} scores cannot be paired with ${b.length}.`);
  }
  return meanInterval(a.map((value, i) => value - b[i]!));
}
