import { decompose } from '../linear/decompose.js';
import { designMatrix, termsOf, type DesignMatrix } from '../linear/design-matrix.js';
import { pairsOf, type Factor } from '../linear/factors.js';

export interface ConfoundedAxis {
  readonly axis: string;
  /** Sorted by code point. */
  readonly levels: readonly string[];
  readonly dfAlone: number;
  /** What it adds to all other axes. */
  readonly dfGivenOthers: number;
  readonly status: 'estimable' | 'partly' | 'aliased';
  /** Whether the difference of two levels can be told from the other axes. */
  readonly pairs: readonly { readonly a: string; readonly b: string; readonly estimable: boolean }[];
}
export interface AxisPair {
  readonly a: string;
  readonly b: string;
  /** `same`: each level of one goes with one level of the other, both ways; `a_determines_b`: one way only. */
  readonly relation: 'same' | 'a_determines_b' | 'b_determines_a' | 'none';
  /** Observed counts are the products of the margins. */
  readonly orthogonal: boolean;
  /** Cramér's V over the rows, without bias correction: 0 unrelated, 1 one follows from the other. */
  readonly cramersV: number;
  /** Degrees of freedom that the two lose by overlapping. */
  readonly dfLost: number;
  readonly emptyCombinations: number;
}
/** Which main effects a set of rows can and cannot separate. */
export interface Confounding {
  readonly rows: number;
  /** Axes with one level: nothing to estimate. */
  readonly constantAxes: readonly string[];
  readonly columns: number;
  readonly rank: number;
  readonly rankDeficiency: number;
  /** Axes whose columns are part of a dependency. */
  readonly axesInDeficiency: readonly string[];
  readonly axes: readonly ConfoundedAxis[];
  readonly pairs: readonly AxisPair[];
}

/** By code point, as text. */
const byCodePoint = (a: string, b: string): number => {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < Math.min(x.length, y.length); i++) {
    const off = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (off !== 0) return off;
  }
  return x.length - y.length;
};

const rankOf = (columns: readonly Float64Array[]): number => decompose([columns]).rank;

function pairReport(
  first: Factor,
  second: Factor,
  a: readonly number[],
  b: readonly number[],
  dfLost: number,
): AxisPair {
  const n = a.length;
  const counts = first.levels.map(() => second.levels.map(() => 0));
  for (const [i, level] of a.entries()) (counts[level] as number[])[b[i] as number]!++;
  const rowSums = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const columnSums = second.levels.map((_, j) => counts.reduce((sum, row) => sum + (row[j] as number), 0));
  let [chi2, empty, orthogonal] = [0, 0, true];
  for (const [i, row] of counts.entries())
    for (const [j, count] of row.entries()) {
      const margins = (rowSums[i] as number) * (columnSums[j] as number);
      if (count === 0) empty++;
      if (count * n !== margins) orthogonal = false;
      chi2 += (count - margins / n) ** 2 / (margins / n);
    }
  const single = (sums: readonly (readonly number[])[]): boolean =>
    sums.every((row) => row.filter((count) => count > 0).length === 1);
  const aToB = single(counts);
  const bToA = single(second.levels.map((_, j) => counts.map((row) => row[j] as number)));
  return {
    a: first.name,
    b: second.name,
    relation: aToB && bToA ? 'same' : aToB ? 'a_determines_b' : bToA ? 'b_determines_a' : 'none',
    orthogonal,
    cramersV: orthogonal
      ? 0
      : Math.sqrt(chi2 / (n * Math.min(first.levels.length - 1, second.levels.length - 1))),
    dfLost,
    emptyCombinations: empty,
  };
}

/** Columns of the axes that take part in a dependency: those that can be left out without lowering the rank. */
function deficient(design: DesignMatrix, columns: readonly Float64Array[], rank: number): Set<number> {
  const axes = new Set<number>();
  if (rank === columns.length) return axes;
  for (const [t, own] of design.columns.entries())
    for (const j of own)
      if (rankOf(columns.filter((_, i) => i !== j)) === rank) axes.add(design.terms[t]?.[0] ?? -1);
  return axes;
}

/**
 * Reports on rows of levels by axis, as many rows as runs or cells. Sources: rank by a pivoted decomposition; Cramér 1946, Mathematical
 * Methods of Statistics, 21.9. Throws a RangeError for a row that lacks an axis.
 */
export function confounding(
  axes: readonly string[],
  rows: readonly Readonly<Record<string, string>>[],
): Confounding {
  const all = axes.map((name): Factor => {
    const levels = new Set(
      rows.map((row) => {
        const level = row[name];
        if (level === undefined) throw new RangeError(`A row has no level of '${name}'.`);
        return level;
      }),
    );
    return { name, levels: [...levels].sort(byCodePoint), baseline: 0 };
  });
  const factors = all.filter(({ levels }) => levels.length > 1);
  const numbers = factors.map(({ name, levels }) => rows.map((row) => levels.indexOf(row[name] as string)));
  const design = designMatrix(factors, termsOf(factors.length, 'main'), 'sum');
  const columns = Array.from({ length: design.width }, () => new Float64Array(rows.length));
  for (const i of rows.keys())
    for (const [j, value] of design.row(numbers.map((axis) => axis[i] as number)).entries())
      (columns[j] as Float64Array)[i] = value;
  const whole = decompose([columns]);
  const columnsOf = (...terms: number[]): Float64Array[] =>
    terms.flatMap((t) => (design.columns[t] as number[]).map((j) => columns[j] as Float64Array));
  const terms = factors.map((_, axis) => axis + 1);
  const dependent = deficient(design, columns, whole.rank);
  return {
    rows: rows.length,
    constantAxes: all.flatMap(({ name, levels }) => (levels.length > 1 ? [] : [name])),
    columns: design.width,
    rank: whole.rank,
    rankDeficiency: design.width - whole.rank,
    axesInDeficiency: factors.flatMap(({ name }, axis) => (dependent.has(axis) ? [name] : [])),
    axes: factors.map(({ name, levels }, axis) => {
      const dfAlone = levels.length - 1;
      const others = terms.filter((term) => term !== axis + 1);
      const dfGivenOthers = whole.rank - rankOf(columnsOf(0, ...others));
      const row = (level: number): Float64Array =>
        design.row(factors.map((_, i) => (i === axis ? level : -1)));
      return {
        axis: name,
        levels,
        dfAlone,
        dfGivenOthers,
        status: dfGivenOthers === dfAlone ? 'estimable' : dfGivenOthers === 0 ? 'aliased' : 'partly',
        pairs: pairsOf(levels.length).map(([a, b]) => ({
          a: levels[a] as string,
          b: levels[b] as string,
          estimable: whole.functional(row(b).map((value, i) => value - (row(a)[i] as number))) !== null,
        })),
      };
    }),
    pairs: pairsOf(factors.length).map(([a, b]) => {
      const [first, second] = [factors[a] as Factor, factors[b] as Factor];
      const together = rankOf(columnsOf(0, a + 1, b + 1)) - 1;
      const dfLost = first.levels.length + second.levels.length - 2 - together;
      return pairReport(first, second, numbers[a] as number[], numbers[b] as number[], dfLost);
    }),
  };
}

/** Groups of axes that always move together: only one of each group can be analysed, under a joint name. */
export function aliasedGroups({ axes, pairs }: Confounding): readonly (readonly string[])[] {
  const groups: string[][] = [];
  for (const { a, b, relation } of pairs) {
    if (relation !== 'same') continue;
    const group = groups.find((names) => names.includes(a) || names.includes(b));
    if (!group) groups.push([a, b]);
    else for (const name of [a, b]) if (!group.includes(name)) group.push(name);
  }
  const order = axes.map(({ axis }) => axis);
  return groups.map((group) => group.sort((a, b) => order.indexOf(a) - order.indexOf(b)));
}

/** Replaces axes by one whose name and levels join theirs with ` + `; other axes keep their place after it. */
export function joinAxes(
  levels: Readonly<Record<string, string>>,
  joint: readonly string[],
): Record<string, string> {
  const name = joint.join(' + ');
  const joined = joint.map((axis) => levels[axis] ?? '-').join(' + ');
  const entries = Object.entries(levels).flatMap(([axis, level]): [string, string][] =>
    axis === joint[0] ? [[name, joined]] : joint.includes(axis) ? [] : [[axis, level]],
  );
  return Object.fromEntries(entries);
}
