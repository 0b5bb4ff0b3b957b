import { MISSING } from '../../format/numbers.js';

export interface ConfigRow {
  readonly path: string;
  readonly here: string;
  readonly there: string | null;
  readonly differs: boolean;
}

const text = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A config as dotted paths; lists are values. */
export function flatten(config: unknown, prefix = ''): ReadonlyMap<string, string> {
  const rows = new Map<string, string>();
  if (config === null || typeof config !== 'object' || Array.isArray(config)) {
    rows.set(prefix, text(config));
    return rows;
  }
  for (const [key, value] of Object.entries(config))
    for (const [path, leaf] of flatten(value, prefix === '' ? key : `${prefix}.${key}`)) rows.set(path, leaf);
  return rows;
}

/** A config beside the baseline's, by path. */
export function configRows(config: unknown, baseline: unknown): ConfigRow[] {
  const here = flatten(config);
  const there = baseline === undefined ? null : flatten(baseline);
  return [...new Set([...here.keys(), ...(there?.keys() ?? [])])].sort().map((path) => {
    const [own, other] = [here.get(path), there?.get(path)];
    return {
      path,
      here: own ?? MISSING,
      there: there === null ? null : (other ?? MISSING),
      differs: there !== null && own !== other,
    };
  });
}
