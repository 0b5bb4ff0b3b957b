import type { CaseSpec, Json, JsonObject } from './oracle-case.js';

/** A figure that is off, or not there. */
export interface Wrong {
  readonly path: string;
  readonly expected: unknown;
  readonly found: unknown;
}
export interface Comparison {
  readonly figures: number;
  /** Largest error as |value - expected| / (|expected| + absolute / relative), to be held against `relative`. */
  readonly worst: number;
  readonly wrong: readonly Wrong[];
}

/** Kept in the answers for the reader, not to be reproduced: z figures, other programs' figures and names, and what is shown to be wrong. */
const ungraded = new Set([
  'naive_wrong',
  'z',
  'p_z',
  'lo_z',
  'hi_z',
  'statsmodels_figures_to_its_convergence',
  'patsy',
]);

const camel = (key: string): string => key.replace(/_([a-z0-9])/g, (_, c: string) => c.toUpperCase());
const isP = (key: string): boolean => /^p(_|$)|_p(_|$)/.test(key);
const number = (value: number | string | undefined, fallback: number): number =>
  typeof value === 'number' ? value : fallback;

/** Compares what `found` says with every graded figure of `expected`. Names may be in snake or camel case. */
export function compare(
  expected: Json,
  found: unknown,
  { tolerance = {} }: Pick<CaseSpec, 'tolerance'>,
): Comparison {
  const wrong: Wrong[] = [];
  let [figures, worst] = [0, 0];
  const relative = number(tolerance['relative'], 1e-6);
  const absolute = number(tolerance['absolute'], 1e-9);
  const pAbsolute = number(tolerance['p_values_absolute'], 1e-12);

  const limits = (keys: readonly string[]): readonly [number, number] => {
    const key = keys.at(-1) ?? '';
    const floor = isP(key) ? Math.min(absolute, pAbsolute) : absolute;
    if (key.includes('satterthwaite')) return [number(tolerance['satterthwaite'], 1e-4), floor];
    if (keys.some((name) => name.startsWith('mixed')))
      return [number(tolerance['mixed_optimised'], relative), floor];
    if (keys[0] === 'studentized_range')
      return [number(tolerance['studentized_range_relative'], relative), floor];
    return [relative, floor];
  };

  const visit = (want: Json, have: unknown, path: string, keys: readonly string[]): void => {
    const fail = (): void => void wrong.push({ path, expected: want, found: have });
    if (Array.isArray(want)) {
      if (!Array.isArray(have) || (have.length !== want.length && !want.every(isDifference))) {
        figures++;
        return fail();
      }
      const last = keys.at(-1) ?? '';
      for (const [i, [a, b]] of matched(want as readonly Json[], have, last).entries())
        visit(a, b, `${path}[${i}]`, keys);
    } else if (typeof want === 'object' && want !== null) {
      if (typeof have !== 'object' || have === null) {
        figures++;
        return fail();
      }
      const holder = have as Record<string, unknown>;
      for (const [key, value] of Object.entries(want)) {
        if (ungraded.has(key)) continue;
        const name = key in holder ? key : camel(key);
        const next = path === '' ? key : `${path}.${key}`;
        visit(value, name in holder ? holder[name] : undefined, next, [...keys, key]);
      }
    } else {
      figures++;
      if (typeof want === 'number' && typeof have === 'number') {
        const [rel, abs] = limits(keys);
        const off = Math.abs(have - want);
        if (off > 0) worst = Math.max(worst, off / (Math.abs(want) + abs / rel));
        if (!(off <= abs + rel * Math.abs(want))) fail();
      } else if (typeof want === 'number' && typeof have === 'string') {
        // A level that is a number in the case and text in the product.
        if (have === '' || Number(have) !== want) fail();
      } else if (want !== have) fail();
    }
  };
  visit(expected, found, '', []);
  return { figures, worst, wrong };
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : typeof inner === 'number'
        ? String(inner)
        : inner,
  );

/** A difference of a level from the baseline: levels without any pair may be listed or not. */
const isDifference = (entry: Json): boolean =>
  typeof entry === 'object' && entry !== null && 'level' in entry && 'baseline' in entry;

/**
 * Which entry belongs to which: coefficients and differences by their levels, runs of a design as a set of rows, all else by place.
 */
function matched(want: readonly Json[], have: readonly unknown[], key: string): [Json, unknown][] {
  if (want.length > 0 && want.every(isDifference)) {
    const byLevel = new Map(have.map((entry) => [(entry as JsonObject)['level'], entry]));
    return want.map((entry) => [entry, byLevel.get((entry as JsonObject)['level'])]);
  }
  const levelsOf = (entry: unknown): unknown =>
    typeof entry === 'object' && entry !== null && 'levels' in entry && !Array.isArray(entry.levels)
      ? entry.levels
      : undefined;
  if (want.length > 0 && want.every((entry) => levelsOf(entry) !== undefined)) {
    const byLevels = new Map(have.map((entry) => [text(levelsOf(entry) ?? null), entry]));
    return want.map((entry) => [entry, byLevels.get(text(levelsOf(entry)))]);
  }
  if (key === 'runs' && want.every((entry) => Array.isArray(entry))) {
    const sorted = <T>(rows: readonly T[]): T[] => [...rows].sort((a, b) => (text(a) < text(b) ? -1 : 1));
    const other = sorted(have);
    return sorted(want).map((entry, i) => [entry, other[i]]);
  }
  return want.map((entry, i) => [entry, have[i]]);
}
