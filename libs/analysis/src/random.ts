import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** A seeded generator of numbers in [0, 1) and standard normal numbers: the same seed, the same numbers, on every machine. */
export interface Random {
  readonly uniform: () => number;
  /** Standard normal, by the polar method (Marsaglia and Bray 1964). */
  readonly normal: () => number;
}

export function seededRandom(seed: number): Random {
  const generator = xoroshiro128plus(seed);
  const uniform = (): number => uniformFloat64(generator);
  let spare: number | null = null;
  return {
    uniform,
    normal() {
      if (spare !== null) {
        const value = spare;
        spare = null;
        return value;
      }
      for (;;) {
        const [u, v] = [2 * uniform() - 1, 2 * uniform() - 1];
        const s = u * u + v * v;
        if (s > 0 && s < 1) {
          const factor = Math.sqrt((-2 * Math.log(s)) / s);
          spare = v * factor;
          return u * factor;
        }
      }
    },
  };
}

/** `B` resamples of 0..n-1 with replacement. */
export function* resamples(n: number, B: number, random: Random): Generator<Int32Array> {
  for (let b = 0; b < B; b++) yield Int32Array.from({ length: n }, () => Math.floor(random.uniform() * n));
}
