import type { Confounding } from '../design/confounding.js';

/** Axes whose effects the runs cannot tell apart, wholly or in part. */
export interface Alias {
  readonly axes: readonly string[];
  readonly sentence: string;
}
export interface Withheld {
  readonly axis: string;
  readonly reason: string;
}

export interface Overlaps {
  readonly aliases: readonly Alias[];
  readonly withheld: readonly Withheld[];
}

const counted = (n: number): string => (n === 1 ? '1 degree of freedom' : `${n} degrees of freedom`);
const listed = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;

/** Axes that another one fixes (each encoder comes with one connector), with those that fix them. */
export function fixedAxes({ pairs }: Confounding): ReadonlyMap<string, readonly string[]> {
  const fixedBy = new Map<string, string[]>();
  const add = (axis: string, by: string): void => void fixedBy.set(axis, [...(fixedBy.get(axis) ?? []), by]);
  for (const { a, b, relation } of pairs)
    if (relation === 'a_determines_b') add(b, a);
    else if (relation === 'b_determines_a') add(a, b);
  return fixedBy;
}

/** What is said of axes that others fix: they add nothing to a model that holds those, and have no effect of their own. */
export function tellFixed(fixed: ReadonlyMap<string, readonly string[]>): Overlaps {
  const entries = [...fixed];
  return {
    aliases: entries.flatMap(([axis, by]) =>
      by.map((other) => ({
        axes: [other, axis],
        sentence: `${axis} follows from ${other} in these runs: the effect of ${other} is that of both, and what ${axis} does by itself cannot be told.`,
      })),
    ),
    withheld: entries.map(([axis, by]) => ({
      axis,
      reason: `${axis} never changes while ${listed(by)} is held fixed: it has no effect of its own here. Add runs that vary it alone, or analyse without ${by.length > 1 ? 'those' : 'that'}.`,
    })),
  };
}

/**
 * Overlaps that are left once aliased axes are joined and fixed ones gone: pairs that lose degrees of freedom (blocks without a common
 * level among them), then what only three axes or more lose together. An axis of which nothing is left is withheld.
 */
export function tellOverlaps({ pairs, axes, axesInDeficiency, rankDeficiency }: Confounding): Overlaps {
  const told = (wanted: readonly string[]): string =>
    listed(
      axes
        .filter(({ axis }) => wanted.includes(axis))
        .map(({ axis, pairs: differences }) => {
          const open = differences.filter(({ estimable }) => estimable).length;
          return `${open} of ${differences.length} differences of ${axis}`;
        }),
    );
  const aliases: Alias[] = pairs.flatMap(({ a, b, dfLost }) =>
    dfLost === 0
      ? []
      : [
          {
            axes: [a, b],
            sentence: `${a} and ${b} overlap in part (${counted(dfLost)}): ${told([a, b])} can be told.`,
          },
        ],
  );
  const named = new Set(aliases.flatMap((alias) => alias.axes));
  const rest = axesInDeficiency.filter((axis) => !named.has(axis));
  if (rest.length > 0)
    aliases.push({
      axes: axesInDeficiency,
      sentence: `${listed(axesInDeficiency)} depend on each other (${counted(rankDeficiency)}): ${told(axesInDeficiency)} can be told.`,
    });
  return {
    aliases,
    withheld: axes
      .filter(({ status }) => status === 'aliased')
      .map(({ axis }) => ({
        axis,
        reason: `${axis} follows from the other axes together: no difference of its levels is left once they are held fixed.`,
      })),
  };
}
