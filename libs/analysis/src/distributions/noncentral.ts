import betainc from '@stdlib/math-base-special-betainc';
import gammaln from '@stdlib/math-base-special-gammaln';
import { normalCdf, normalSf } from './basic.js';
import { overChi } from './over-chi.js';

/**
 * P(T > t) of the noncentral t: the expectation over s of P(Z > t s - noncentrality). Both tails directly, for any positive df and any
 * noncentrality. Source: Johnson, Kotz and Balakrishnan, Continuous Univariate Distributions 2, (31.1).
 */
export function noncentralTSf(t: number, df: number, noncentrality: number): number {
  if (df === Infinity) return normalSf(t - noncentrality);
  if (t === 0) return normalCdf(noncentrality);
  return overChi(df, (s) => normalSf(t * s - noncentrality), 1 / Math.max(1, Math.abs(noncentrality)));
}
export const noncentralTCdf = (t: number, df: number, noncentrality: number): number =>
  noncentralTSf(-t, df, -noncentrality);

/** P(F > f) of the noncentral F: a Poisson mixture of beta tails, from the mode outwards. Source: as above, (30.12). */
export function noncentralFSf(f: number, df1: number, df2: number, noncentrality: number): number {
  const half = noncentrality / 2;
  const scaled = df1 * f;
  const [x, y] = [scaled / (scaled + df2), df2 / (scaled + df2)];
  const part = (j: number): number => {
    const weight = half === 0 ? (j === 0 ? 1 : 0) : Math.exp(j * Math.log(half) - half - gammaln(j + 1));
    const tail =
      x < 0.5 ? betainc(x, df1 / 2 + j, df2 / 2, true, true) : betainc(y, df2 / 2, df1 / 2 + j, true, false);
    return weight * tail;
  };
  const mode = Math.floor(half);
  let sum = part(mode);
  for (let j = mode + 1, value = Infinity; value > 1e-17 * sum; j++) sum += value = part(j);
  for (let j = mode - 1, value = Infinity; j >= 0 && value > 1e-17 * sum; j--) sum += value = part(j);
  return Math.min(1, sum);
}
