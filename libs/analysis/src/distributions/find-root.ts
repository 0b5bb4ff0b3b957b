/**
 * A root of `f` between `low` and `high`, where it has opposite signs, by Brent's method (Algorithms for Minimization without
 * Derivatives, 1973, ch. 4) to `tolerance` in x. Throws a RangeError if the signs agree.
 */
export function findRoot(f: (x: number) => number, low: number, high: number, tolerance = 1e-13): number {
  let [a, b] = [low, high];
  let [fa, fb] = [f(a), f(b)];
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0 || Number.isNaN(fa) || Number.isNaN(fb))
    throw new RangeError(`No change of sign between ${low} and ${high}: ${fa}, ${fb}.`);
  let [c, fc] = [a, fa];
  let step = b - a;
  let before = step;
  for (let i = 0; i < 200; i++) {
    if (fb > 0 === fc > 0) {
      [c, fc] = [a, fa];
      before = step = b - a;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const enough = 2 * Number.EPSILON * Math.abs(b) + tolerance / 2;
    const half = (c - b) / 2;
    if (Math.abs(half) <= enough || fb === 0) return b;
    if (Math.abs(before) >= enough && Math.abs(fa) > Math.abs(fb)) {
      const s = fb / fa;
      let p = 2 * half * s;
      let q = 1 - s;
      if (a !== c) {
        const u = fa / fc;
        const v = fb / fc;
        p = s * (2 * half * u * (u - v) - (b - a) * (v - 1));
        q = (u - 1) * (v - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      else p = -p;
      if (2 * p < Math.min(3 * half * q - Math.abs(enough * q), Math.abs(before * q))) {
        before = step;
        step = p / q;
      } else before = step = half;
    } else before = step = half;
    [a, fa] = [b, fb];
    b += Math.abs(step) > enough ? step : half > 0 ? enough : -enough;
    fb = f(b);
  }
  return b;
}

/** The x >= start where the increasing f turns positive, the interval found by doubling; Infinity where it never does below 1e12. */
export function findIncreasing(f: (x: number) => number, start: number, first: number): number {
  if (f(start) >= 0) return start;
  let low = start;
  for (let width = first; low < 1e12; width *= 2) {
    if (f(start + width) >= 0) return findRoot(f, low, start + width);
    low = start + width;
  }
  return Infinity;
}
