/** One design choice with its levels in the order in which they are shown and coded. */
export interface Factor {
  readonly name: string;
  readonly levels: readonly string[];
  /** Number of the reference level. */
  readonly baseline: number;
}

/** Axes of a table: names to levels, in order. Which level of each is the reference; the first unless named. */
export interface AxesInput {
  readonly axes: Readonly<Record<string, readonly string[]>>;
  readonly baseline?: Readonly<Record<string, string>>;
}

/** Throws a RangeError for a level named twice and for a baseline that is no level. */
export function factorsOf({ axes, baseline = {} }: AxesInput): readonly Factor[] {
  return Object.entries(axes).map(([name, levels]) => {
    if (new Set(levels).size < levels.length) throw new RangeError(`Axis '${name}' names a level twice.`);
    const wanted = baseline[name];
    const index = wanted === undefined ? 0 : levels.indexOf(wanted);
    if (index < 0)
      throw new RangeError(`The baseline '${wanted}' is no level of '${name}': ${levels.join(', ')}.`);
    return { name, levels, baseline: index };
  });
}

/** All combinations of levels by number, the last factor fastest. */
export function grid(factors: readonly Factor[]): readonly (readonly number[])[] {
  return factors.reduce<readonly (readonly number[])[]>(
    (cells, { levels }) => cells.flatMap((cell) => levels.map((_, i) => [...cell, i])),
    [[]],
  );
}

/** All unordered pairs of 0..n-1, in order. */
export const pairsOf = (n: number): readonly (readonly [number, number])[] =>
  Array.from({ length: n }, (_, a) =>
    Array.from({ length: n - a - 1 }, (_, b) => [a, a + 1 + b] as const),
  ).flat();

/** Level names of a combination. */
export const named = (factors: readonly Factor[], cell: readonly number[]): Record<string, string> =>
  Object.fromEntries(factors.map(({ name, levels }, axis) => [name, levels[cell[axis] as number] as string]));
