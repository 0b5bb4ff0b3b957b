import { normalCdf, tQuantile, tTwoSided } from './basic.js';
import { findRoot } from './find-root.js';
import { overChi } from './over-chi.js';

const step = 0.2;

/** P(W > w) for the range W of k independent standard normal values: k times the integral of phi [Phi^(k-1) - (Phi - Phi(z - w))^(k-1)]. */
function rangeSf(w: number, k: number): number {
  if (w <= 0) return 1;
  if (w > 54) return 0;
  let sum = 0;
  for (let z = -9; z < Math.max(9, w / 2 + 9); z += step) {
    const below = normalCdf(z);
    const lost = Math.min(1, normalCdf(z - w) / below);
    const power = below ** (k - 1);
    const missing = lost === 1 ? 1 : -Math.expm1((k - 1) * Math.log1p(-lost));
    sum += Math.exp(-0.5 * z * z) * power * missing;
  }
  return Math.min(1, (k * step * sum) / Math.sqrt(2 * Math.PI));
}

/**
 * P(Q > q) of the studentized range of k means with df degrees of freedom (Infinity allowed), to about 1e-11 relative.
 * Source: Lund and Lund 1983, Applied Statistics 32, AS 190, as a double integral; k = 2 is Student's t at q / sqrt 2.
 */
export function studentizedRangeSf(q: number, k: number, df: number): number {
  if (q <= 0) return 1;
  if (k === 2) return tTwoSided(q / Math.SQRT2, df);
  if (df === Infinity) return rangeSf(q, k);
  return Math.min(1, overChi(df, (s) => rangeSf(q * s, k)));
}

/** The q with P(Q <= q) = p. */
export function studentizedRangeQuantile(p: number, k: number, df: number): number {
  if (k === 2) return -Math.SQRT2 * tQuantile((1 - p) / 2, df);
  const goal = Math.log1p(-p);
  const excess = (x: number): number => Math.log(studentizedRangeSf(Math.exp(x), k, df)) - goal;
  let high = 1.5;
  while (excess(high) > 0) high += 1;
  let low = high - 1;
  while (excess(low) < 0) low -= 1;
  return Math.exp(findRoot(excess, low, high, 1e-11));
}
