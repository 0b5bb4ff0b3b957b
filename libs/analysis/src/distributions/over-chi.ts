import gammaln from '@stdlib/math-base-special-gammaln';

/** log Gamma(a) - [a log a - a - 0.5 log(a / 2 pi)], by Stirling's series where it is exact to double precision. */
function stirlingRest(a: number): number {
  if (a < 30) return gammaln(a) - a * Math.log(a) + a + 0.5 * Math.log(a / (2 * Math.PI));
  const square = a * a;
  return (1 / 12 - (1 / 360 - (1 / 1260 - 1 / (1680 * square)) / square) / square) / a;
}

/**
 * The expectation of g(s) for s = sqrt(chi2(df) / df), as the integral over x = log s by the trapezoidal rule, which converges
 * exponentially for such integrands. `g` takes values in 0..1 and is monotonous; `fine` is the width in log s of its steepest part.
 * Accurate to about 1e-13 relative, for tails too.
 */
export function overChi(df: number, g: (s: number) => number, fine = Infinity): number {
  const constant = Math.log(2) + 0.5 * Math.log(df / (4 * Math.PI)) - stirlingRest(df / 2);
  const term = (x: number): number => {
    const value = g(Math.exp(x));
    return value <= 0 ? -Infinity : Math.log(value) + constant + df * (x - 0.5 * Math.expm1(2 * x));
  };
  const step = Math.min(0.1, 0.5 / Math.sqrt(2 * df), 0.4 * fine);
  // The top of the integrand: density and g are log-concave in x here, so climb from s = 1.
  let [top, height] = [0, term(0)];
  for (let width = 64 * step; ; ) {
    const next = [top - width, top + width].find((x) => term(x) > height);
    if (next !== undefined) [top, height] = [next, term(next)];
    else if (width > step) width /= 2;
    else if (height === -Infinity && top > -700) [top, height] = [top - 4, term(top - 4)];
    else break;
    if (height === -Infinity && top <= -700) return 0;
  }
  let sum = 1;
  for (const direction of [-1, 1])
    for (let x = top + direction * step; ; x += direction * step) {
      const part = Math.exp(term(x) - height);
      sum += part;
      if (!(part > 1e-17 * sum) || Math.abs(x - top) > 800) break;
    }
  return Math.exp(height) * sum * step;
}
