import type { CsvTable } from './read-csv.js';
import type { Role } from './column-roles.js';
import { rowsText, tableError, type Line } from './where.js';

/** One printed figure: where it stands, what it is of. */
export interface Entry {
  readonly line: Line;
  /** Axis -> level; an axis with an empty field is absent. */
  readonly levels: Readonly<Record<string, string>>;
  readonly benchmark: string;
  readonly seed: number | null;
  readonly score: number;
  /** Column of notes -> its text. */
  readonly notes: Readonly<Record<string, string>>;
}

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i;

function scoreOf(file: string, line: Line, column: string, text: string): number {
  const score = NUMBER.test(text) ? Number(text) : NaN;
  if (Number.isFinite(score)) return score;
  throw tableError(
    'BAD_SCORE',
    `Row ${line} of '${file}' has ${text === '' ? 'no score' : `'${text}'`} in '${column}'.`,
    file,
    {
      line,
      column,
      value: text,
      rule: 'a finite number with a decimal point, without unit or percent sign',
      fix: text === '' ? 'Give the score, or remove the row.' : 'Correct the score, or remove the row.',
    },
  );
}

function seedOf(file: string, line: Line, column: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw tableError('BAD_SEED', `Row ${line} of '${file}' has '${text}' as its seed.`, file, {
    line,
    column,
    value: text,
    rule: 'a whole number from 0 to 999999999',
    fix: 'Correct it, or map the column: --map seed=note.',
  });
}

/** Reads every figure of a table. In a table with a column for each benchmark an empty field is a figure that was not reported. */
export function readScores(
  file: string,
  { rows }: CsvTable,
  roles: ReadonlyMap<string, Role>,
): readonly Entry[] {
  const named = [...roles];
  const of = (kind: Role['kind']): string[] =>
    named.flatMap(([name, role]) => (role.kind === kind ? [name] : []));
  const axes = named.flatMap(([name, role]) => (role.kind === 'axis' ? [[name, role.axis] as const] : []));
  const [scores, [metric], [seed], notes] = [of('score'), of('metric'), of('seed'), of('note')];
  const entries = rows.flatMap(({ line, cells }) => {
    const text = (column: string): string => cells[column] ?? '';
    const filled = (columns: readonly (readonly [string, string])[]): Record<string, string> =>
      Object.fromEntries(
        columns.flatMap(([column, name]) => (text(column) === '' ? [] : [[name, text(column)] as const])),
      );
    const row = {
      line,
      levels: filled(axes),
      seed: seed === undefined ? null : seedOf(file, line, seed, text(seed)),
      notes: filled(notes.map((name) => [name, name])),
    };
    if (metric !== undefined && text(metric) === '')
      throw tableError('NO_BENCHMARK', `Row ${line} of '${file}' names no benchmark.`, file, {
        line,
        column: metric,
        value: '',
        rule: 'every score says what it is a score of',
        fix: 'Name the benchmark, or remove the row.',
      });
    return scores.flatMap((column) =>
      metric === undefined && scores.length > 1 && text(column) === ''
        ? []
        : [
            {
              ...row,
              benchmark: metric === undefined ? column : text(metric),
              score: scoreOf(file, line, column, text(column)),
            },
          ],
    );
  });
  return entries;
}

const AGGREGATE = /^(avg|average|mean|overall|total)\b/i;
const keyOf = ({ levels, seed }: Entry): string => JSON.stringify([Object.entries(levels).sort(), seed]);

/** Rows that a table computes from its other rows. */
export interface Derived {
  readonly benchmark: string;
  readonly rows: readonly Line[];
  /** Left out because what it is made of is here; else it is the only figure there is, and stays. */
  readonly leftOut: boolean;
}

/** Finds aggregates by their names (Average, mean, overall ...); they are left out where each of their cells has two other figures or more. */
export function findDerived(entries: readonly Entry[]): readonly Derived[] {
  const parts = new Map<string, Set<string>>();
  for (const entry of entries)
    if (!AGGREGATE.test(entry.benchmark))
      parts.set(keyOf(entry), (parts.get(keyOf(entry)) ?? new Set()).add(entry.benchmark));
  const names = [...new Set(entries.map(({ benchmark }) => benchmark))].filter((name) =>
    AGGREGATE.test(name),
  );
  return names.map((benchmark) => {
    const own = entries.filter((entry) => entry.benchmark === benchmark);
    return {
      benchmark,
      rows: own.map(({ line }) => line),
      leftOut: own.every((entry) => (parts.get(keyOf(entry))?.size ?? 0) >= 2),
    };
  });
}

export interface Excluded {
  readonly what: string;
  readonly rows: readonly Line[];
}

/** Takes out what `--exclude` names: a benchmark, or `axis=level`. Something that matches no row is an error. */
export function exclude(
  file: string,
  entries: readonly Entry[],
  wanted: readonly string[],
): { readonly left: readonly Entry[]; readonly excluded: readonly Excluded[] } {
  const matches = (what: string, { benchmark, levels }: Entry): boolean => {
    const [axis = '', ...level] = what.split('=');
    return benchmark === what || (level.length > 0 && levels[axis] === level.join('='));
  };
  const excluded = wanted.map((what) => ({
    what,
    rows: [...new Set(entries.filter((entry) => matches(what, entry)).map(({ line }) => line))],
  }));
  const empty = excluded.find(({ rows }) => rows.length === 0);
  if (empty)
    throw tableError('NOTHING_EXCLUDED', `--exclude ${empty.what} names no row of '${file}'.`, file, {
      value: empty.what,
      rule: 'a benchmark of the table, or axis=level',
      fix: `Benchmarks are ${[...new Set(entries.map(({ benchmark }) => benchmark))].join(', ')}.`,
    });
  return { left: entries.filter((entry) => !wanted.some((what) => matches(what, entry))), excluded };
}

/** Gives every figure of a cell and benchmark a seed of its own. Without `replicates` two figures with one key are refused, all of them named. */
export function seeded(
  file: string,
  entries: readonly Entry[],
  replicates: boolean,
): readonly (Entry & { readonly seed: number })[] {
  const groups = new Map<string, Entry[]>();
  for (const entry of entries) {
    const key = `${keyOf(entry)} ${entry.benchmark}`;
    groups.set(key, [...(groups.get(key) ?? []), entry]);
  }
  const doubled = [...groups.values()].filter((group) => group.length > 1);
  if (doubled[0] && !replicates) {
    const [{ levels, benchmark }] = doubled[0] as [Entry];
    const what = [...Object.values(levels), benchmark].join(', ');
    const sets = doubled.map((group) => rowsText(group.map(({ line }) => line)));
    throw tableError(
      'DUPLICATE_ROWS',
      `'${file}' gives more than one score of the same cell: ${sets.slice(0, 5).join('; ')}${sets.length > 5 ? `; and ${sets.length - 5} more` : ''}.`,
      file,
      {
        line: doubled[0][0]!.line,
        value: doubled.map((group) => ({
          rows: group.map(({ line }) => line),
          cell: group[0]!.levels,
          benchmark: group[0]!.benchmark,
        })),
        rule: `one score for each combination of levels, seed and benchmark (here: ${what})`,
        fix: 'Add --replicates to take them as seeds, a column that tells them apart, or remove the wrong ones.',
      },
    );
  }
  return replicates ? numbered(entries) : entries.map((entry) => ({ ...entry, seed: entry.seed ?? 1 }));
}

/** The first figure of a cell and benchmark keeps its seed, each further one takes the next that is free there. */
function numbered(entries: readonly Entry[]): readonly (Entry & { readonly seed: number })[] {
  const taken = new Map<string, Set<number>>();
  return entries.map((entry) => {
    const key = `${keyOf({ ...entry, seed: null })} ${entry.benchmark}`;
    const seeds = taken.get(key) ?? new Set<number>();
    let seed = entry.seed ?? 1;
    while (seeds.has(seed)) seed++;
    taken.set(key, seeds.add(seed));
    return { ...entry, seed };
  });
}
