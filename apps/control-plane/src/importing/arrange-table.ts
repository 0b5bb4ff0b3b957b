import { contentId } from '@ablate/design-space';
import { columnRoles } from './column-roles.js';
import { readCsv } from './read-csv.js';
import {
  exclude,
  findDerived,
  readScores,
  seeded,
  type Derived,
  type Entry,
  type Excluded,
} from './read-scores.js';
import { tableError, type Line } from './where.js';

/** A published table as it was sent. */
export interface TableInput {
  /** Its name, for messages. */
  readonly file: string;
  readonly text: string;
  /** Column -> what it is. */
  readonly map?: Readonly<Record<string, string>> | undefined;
  /** Benchmarks, or axis=level. */
  readonly exclude?: readonly string[] | undefined;
  /** Takes repeated figures as seeds. */
  readonly replicates?: boolean | undefined;
}

export interface TableRun {
  /** Content id of the cell. */
  readonly cell: string;
  readonly seed: number;
  readonly scores: readonly {
    readonly benchmark: string;
    readonly value: number;
    readonly line: Line;
    readonly notes: Readonly<Record<string, string>>;
  }[];
}

/** A table as cells, runs and scores. */
export interface ArrangedTable {
  /** Axis -> levels, both in the order of the table. */
  readonly axes: Readonly<Record<string, readonly string[]>>;
  /** Axes that never change: what the table holds fixed. */
  readonly context: Readonly<Record<string, string>>;
  /** Column -> the role it was given. */
  readonly columns: Readonly<Record<string, string>>;
  readonly benchmarks: readonly { readonly id: string; readonly scores: number }[];
  readonly cells: readonly {
    readonly id: string;
    readonly label: string;
    readonly levels: Readonly<Record<string, string>>;
  }[];
  readonly runs: readonly TableRun[];
  readonly rows: number;
  readonly derived: readonly Derived[];
  readonly excluded: readonly Excluded[];
  /** Distinct notes by column, in order of appearance. */
  readonly notes: Readonly<Record<string, readonly string[]>>;
}

const unique = <T>(values: readonly T[]): T[] => [...new Set(values)];

function axesOf(
  names: readonly string[],
  entries: readonly Entry[],
): Pick<ArrangedTable, 'axes' | 'context'> {
  const levelsOf = (axis: string): (string | undefined)[] =>
    unique(entries.map(({ levels }) => levels[axis]));
  const all = names.map((axis) => [axis, levelsOf(axis)] as const);
  return {
    axes: Object.fromEntries(
      all.flatMap(([axis, levels]) =>
        levels.length > 1 ? [[axis, levels.filter((level) => level !== undefined)]] : [],
      ),
    ),
    context: Object.fromEntries(
      all.flatMap(([axis, [level, ...others]]) =>
        level === undefined || others.length > 0 ? [] : [[axis, level] as const],
      ),
    ),
  };
}

/** A cell is called by its levels; one at which every axis is empty, by what that means. */
const labelOf = (levels: Readonly<Record<string, string>>): string =>
  Object.values(levels).join(' · ') || '(not named)';

/**
 * Reads a published table: columns by role, derived rows recognised, cells from what varies, a run for each cell and seed. Pure; throws
 * the first problem with file, row and column, and nothing is taken from a table that has one.
 */
export function arrangeTable(input: TableInput): ArrangedTable {
  const { file, map = {}, replicates = false } = input;
  const table = readCsv(file, input.text);
  const roles = columnRoles(file, table.columns, map);
  const all = readScores(file, table, roles);
  const { left, excluded } = exclude(file, all, input.exclude ?? []);
  const derived = findDerived(left);
  const out = new Set(derived.flatMap(({ benchmark, leftOut }) => (leftOut ? [benchmark] : [])));
  const entries = seeded(
    file,
    left.filter(({ benchmark }) => !out.has(benchmark)),
    replicates,
  );
  if (entries.length === 0)
    throw tableError('EMPTY_TABLE', `Nothing is left of '${file}'.`, file, {
      value: table.rows.length,
      rule: 'at least one score that is not excluded',
      fix: 'Exclude less.',
    });
  const { axes, context } = axesOf(
    [...roles.values()].flatMap((role) => (role.kind === 'axis' ? [role.axis] : [])),
    entries,
  );
  const cells = new Map<string, ArrangedTable['cells'][number]>();
  const runs = new Map<string, { cell: string; seed: number; scores: TableRun['scores'][number][] }>();
  for (const { line, levels: given, benchmark, seed, score, notes } of entries) {
    const levels = Object.fromEntries(
      Object.keys(axes).flatMap((axis) => (given[axis] === undefined ? [] : [[axis, given[axis]]])),
    );
    const id = contentId(levels);
    if (!cells.has(id)) cells.set(id, { id, label: labelOf(levels), levels });
    const key = `${id} ${seed}`;
    const run = runs.get(key) ?? { cell: id, seed, scores: [] };
    run.scores.push({ benchmark, value: score, line, notes });
    runs.set(key, run);
  }
  const place = new Map([...cells.keys()].map((id, i) => [id, i]));
  const noted = unique(entries.flatMap(({ notes }) => Object.keys(notes)));
  return {
    axes,
    context,
    columns: Object.fromEntries(
      [...roles].map(([name, role]) => [name, role.kind === 'axis' ? role.axis : role.kind]),
    ),
    benchmarks: unique(entries.map(({ benchmark }) => benchmark)).map((id) => ({
      id,
      scores: entries.filter(({ benchmark }) => benchmark === id).length,
    })),
    cells: [...cells.values()],
    runs: [...runs.values()].sort((a, b) => place.get(a.cell)! - place.get(b.cell)! || a.seed - b.seed),
    rows: table.rows.length,
    derived,
    excluded,
    notes: Object.fromEntries(
      noted.map((column) => [column, unique(entries.flatMap(({ notes }) => notes[column] ?? []))]),
    ),
  };
}
