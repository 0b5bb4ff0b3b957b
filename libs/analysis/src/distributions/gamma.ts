import gammaln from '@stdlib/math-base-special-gammaln';

/** log Gamma(a) - [a log a - a - 0.5 log(a / 2 pi)], by Stirling's series where it is exact to double precision. */
export function stirlingRest(a: number): number {
  if (a < 30) return gammaln(a) - a * Math.log(a) + a + 0.5 * Math.log(a / (2 * Math.PI));
  const square = a * a;
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / a;
}

/** x^a e^-x / Gamma(a), without overflow and without the cancellation of large logarithms. */
export function gammaFactor(a: number, x: number): number {
  const u = (x - a) / a;
  return Math.sqrt(a / (2 * Math.PI)) * Math.exp(a * (Math.log1p(u) - u) - stirlingRest(a));
}

/**
 * Regularised incomplete gamma function: the lower part P(a, x) or the upper part Q(a, x), each directly on its own side of the mode.
 * Source: Numerical Recipes 6.2, series and continued fraction; stdlib's has a relative error of 1e-2 in upper tails for a > 1000.
 */
export function gammaTail(a: number, x: number, upper: boolean): number {
  if (x <= 0) return upper ? 1 : 0;
  const factor = gammaFactor(a, x);
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = a + 1; term > sum * 1e-17; n++) sum += term *= x / n;
    return upper ? 1 - factor * sum : factor * sum;
  }
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < 1e6; i++) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + an / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    const change = d * c;
    h *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return upper ? factor * h : 1 - factor * h;
}
