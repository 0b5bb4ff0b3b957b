import { gridError } from './grid-error.js';
import type { GridSpec, Seeds } from './spec.js';

const isSeed = (value: number): boolean => Number.isInteger(value) && value >= 0 && value <= 0xffffffff;

/** `n` means 1..n; without `seeds` there is the one value 1. Every value is a whole number of 32 bits, given once. */
export function readSeeds(spec: Pick<GridSpec, 'seeds'>): Seeds {
  const seeds = spec.seeds ?? 1;
  if (typeof seeds === 'number') {
    if (!Number.isInteger(seeds) || seeds < 1)
      throw gridError('BAD_SEEDS', {
        message: `'seeds' is ${seeds}, which is no number of seeds.`,
        path: 'seeds',
        value: seeds,
        rule: 'seeds is a whole number of at least 1, or { values: [...] }',
        fix: 'Write seeds: 3 for the values 1, 2 and 3.',
      });
    return { values: Array.from({ length: seeds }, (_, i) => i + 1), redraws: null };
  }
  const { values, redraws } = seeds;
  const bad = values.findIndex((value, i) => !isSeed(value) || values.indexOf(value) !== i);
  if (values.length === 0 || bad !== -1)
    throw gridError('BAD_SEEDS', {
      message:
        values.length === 0
          ? "'seeds.values' is empty."
          : `'seeds.values.${bad}' is ${values[bad]}, not a new seed.`,
      path: values.length === 0 ? 'seeds.values' : `seeds.values.${bad}`,
      value: values[bad] ?? values,
      rule: 'seeds are whole numbers from 0 to 4294967295, each given once',
      fix: 'List different whole numbers.',
    });
  return { values, redraws: redraws ?? null };
}
