import type { Factor } from './factors.js';
import { fraction } from './fraction.js';
import { gridError } from './grid-error.js';
import type { Levels } from './spec.js';

/** Eager expansion stops here: more combinations than anyone can train. */
export const MAX_COMBINATIONS = 1_000_000;
const MAX_FRACTION = 512;

export const combinations = (factors: readonly Factor[]): number =>
  factors.reduce((product, factor) => product * factor.positions.length, 1);

const merge = (factors: readonly Factor[], row: readonly number[]): Levels =>
  Object.assign({}, ...factors.map((factor, k) => factor.positions[row[k] ?? 0])) as Levels;

/** Every combination; the first factor varies slowest. */
export function fullFactorial(factors: readonly Factor[]): Levels[] {
  const count = combinations(factors);
  if (count > MAX_COMBINATIONS)
    throw gridError('GRID_TOO_LARGE', {
      message: `The grid has ${count} combinations before when and exclude.`,
      path: 'axes',
      value: count,
      rule: `a grid has at most ${MAX_COMBINATIONS} combinations`,
      fix: 'Use design: { fractional: { runs: ... } } or one_at_a_time, or fewer levels.',
    });
  let rows: Record<string, Levels[string]>[] = [{}];
  for (const { positions } of factors)
    rows = rows.flatMap((row) => positions.map((position) => ({ ...row, ...position })));
  return rows;
}

/** The baseline, then for each factor each other position with the rest at baseline. */
export function oneAtATime(factors: readonly Factor[], baseline: Levels): Levels[] {
  // The baseline's own position comes up again for every factor; duplicates collapse later.
  return [
    baseline,
    ...factors.flatMap(({ positions }) => positions.map((position) => ({ ...baseline, ...position }))),
  ];
}

/** A balanced part of the full factorial; see `fraction`. */
export function fractional(factors: readonly Factor[], runs: number, seed: number): Levels[] {
  const most = Math.min(combinations(factors), MAX_FRACTION);
  checkRuns(runs, most, 'design.fractional.runs', 'the combinations of the axes');
  const counts = factors.map((factor) => factor.positions.length);
  return fraction(counts, runs, seed).map((row) => merge(factors, row));
}

export function checkRuns(runs: number, most: number, path: string, what: string): void {
  if (Number.isInteger(runs) && runs >= 1 && runs <= most) return;
  throw gridError('RUNS_OUT_OF_RANGE', {
    message: `'${path}' is ${runs}; there are ${most} to choose from.`,
    path,
    value: runs,
    rule: `runs is a whole number from 1 to ${most} (${what})`,
    fix: `Ask for at most ${most} runs, or use full_factorial.`,
  });
}
