import { grid, named, type Factor } from './factors.js';

/** One run: a level for every axis and what came out. */
export interface Run {
  readonly levels: Readonly<Record<string, string>>;
  readonly score: number | null;
  readonly seed?: string | number;
  /** `done` unless given; only done runs with a finite score are used. */
  readonly status?: string;
  /** Name of the shared (pretraining) stage that the run continues; runs that name the same one are nested replicates. */
  readonly sharedStage?: string;
}
export interface UsedRun extends Run {
  readonly score: number;
}

/** A combination of levels with its used runs. */
export interface CellSum {
  readonly levels: readonly number[];
  readonly n: number;
  readonly mean: number;
  /** Sum of squares about the mean. */
  readonly ss: number;
}

/** The runs that count: done, with a finite score. Early-stopped, failed, lost and censored runs are counted by status instead. */
export function usable(runs: readonly Run[]): {
  used: readonly UsedRun[];
  excluded: Readonly<Record<string, number>>;
} {
  const used: UsedRun[] = [];
  const excluded: Record<string, number> = {};
  for (const run of runs) {
    const { status = 'done', score } = run;
    if (status === 'done' && score !== null && Number.isFinite(score)) used.push({ ...run, score });
    else excluded[status] = (excluded[status] ?? 0) + 1;
  }
  return { used, excluded };
}

/** Numbers of a run's levels. Throws a RangeError that names the axis and the level which is none of its levels. */
export function indexer(factors: readonly Factor[]): (run: Run) => readonly number[] {
  const numbers = factors.map(({ levels }) => new Map(levels.map((level, i) => [level, i])));
  return ({ levels }) =>
    factors.map(({ name }, axis) => {
      const level = levels[name];
      const index = level === undefined ? undefined : numbers[axis]?.get(level);
      if (index === undefined)
        throw new RangeError(
          `'${level ?? '(none)'}' is no level of axis '${name}': ${factors[axis]?.levels.join(', ') ?? ''}.`,
        );
      return index;
    });
}

/** Groups values; mean and sum of squares in two passes. */
export function moments(values: readonly number[]): { n: number; mean: number; ss: number } {
  const n = values.length;
  const first = values[0] ?? 0;
  // Shifted, so that equal values have a sum of squares of exactly zero.
  const mean = first + values.reduce((sum, value) => sum + (value - first), 0) / n;
  return { n, mean, ss: values.reduce((sum, value) => sum + (value - mean) ** 2, 0) };
}

/** Cells with runs, in grid order (last axis fastest). */
export function cellSums(factors: readonly Factor[], runs: readonly UsedRun[]): readonly CellSum[] {
  const index = indexer(factors);
  const cells = new Map<number, { levels: readonly number[]; values: number[] }>();
  for (const run of runs) {
    const levels = index(run);
    const key = levels.reduce((sum, level, axis) => sum * (factors[axis] as Factor).levels.length + level, 0);
    const cell = cells.get(key);
    if (cell) cell.values.push(run.score);
    else cells.set(key, { levels, values: [run.score] });
  }
  return [...cells]
    .sort(([a], [b]) => a - b)
    .map(([, { levels, values }]) => ({ levels, ...moments(values) }));
}

/** Whether every cell of the grid has as many runs as every other. */
export interface Balance {
  readonly cellsPossible: number;
  readonly cellsFilled: number;
  readonly cellsMissing: number;
  /** Fewest and most runs of a cell that has any; null without runs. */
  readonly nMin: number | null;
  readonly nMax: number | null;
  readonly balanced: boolean;
}

export function balanceOf(factors: readonly Factor[], cells: readonly CellSum[]): Balance {
  const cellsPossible = factors.reduce((product, { levels }) => product * levels.length, 1);
  const counts = cells.map(({ n }) => n);
  const nMin = counts.length > 0 ? Math.min(...counts) : null;
  const nMax = counts.length > 0 ? Math.max(...counts) : null;
  return {
    cellsPossible,
    cellsFilled: cells.length,
    cellsMissing: cellsPossible - cells.length,
    nMin,
    nMax,
    balanced: cells.length === cellsPossible && nMin === nMax,
  };
}

/** Combinations of the full grid without a used run, in grid order. */
export function missingCells(
  factors: readonly Factor[],
  cells: readonly CellSum[],
): readonly Record<string, string>[] {
  const filled = new Set(cells.map(({ levels }) => levels.join()));
  return grid(factors).flatMap((cell) => (filled.has(cell.join()) ? [] : [named(factors, cell)]));
}
