import type { Checks, Tolerance } from '../checks.js';
import { readJson, type GoldenCase } from '../golden-case.js';

/** Aggregates of a case. */
export const aggregateOf = <T>(golden: GoldenCase): T => (golden.json as { aggregate: T }).aggregate;

export const itemsOf = <T>(golden: GoldenCase): T[] => readJson<T[]>(golden, 'items.json');

export function toleranceOf(golden: GoldenCase): Tolerance {
  const { tolerance } = golden.json as { tolerance: { scores_abs: number; scores_rel?: number } };
  return { abs: tolerance.scores_abs, rel: tolerance.scores_rel ?? 0 };
}

export const meanOf = (values: readonly (number | boolean)[]): number =>
  values.reduce<number>((sum, value) => sum + Number(value), 0) / values.length;

/** Every number of `expected` by its name, nested ones by their path. */
export function checkNumbers(
  checks: Checks,
  what: string,
  actual: unknown,
  expected: unknown,
  tolerance: Tolerance,
): void {
  if (typeof expected === 'number') {
    if (typeof actual === 'number') checks.number(what, actual, expected, tolerance);
    else checks.fail(what, `is ${JSON.stringify(actual)}, expected ${expected}`);
    return;
  }
  if (typeof expected !== 'object' || expected === null) return checks.same(what, actual, expected);
  const found = (actual ?? {}) as Record<string, unknown>;
  for (const [key, value] of Object.entries(expected as Record<string, unknown>))
    checkNumbers(checks, `${what}.${key}`, found[key], value, tolerance);
}
