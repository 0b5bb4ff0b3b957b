import type { Sense } from './composite.js';

export interface Objective {
  readonly name: string;
  readonly sense: Sense;
}
export interface Front {
  readonly objectives: readonly Objective[];
  /** What nothing dominates, in the order given. Equal points do not dominate each other: duplicates all stay or all go. */
  readonly front: readonly string[];
  readonly dominatedByCount: Readonly<Record<string, number>>;
  /** Points that lack an objective: not compared. */
  readonly incomplete: readonly string[];
}

/** A point is dominated when another is at least as good in every objective and better in one. */
export function paretoFront(
  points: readonly { readonly id: string; readonly values: Readonly<Record<string, number | null>> }[],
  objectives: readonly Objective[],
): Front {
  const signed = points.map(({ id, values }) => ({
    id,
    of: objectives.map(({ name, sense }) => {
      const value = values[name];
      return value === null || value === undefined ? NaN : sense === 'max' ? value : -value;
    }),
  }));
  const complete = signed.filter(({ of }) => of.every(Number.isFinite));
  const counts = complete.map(({ id, of }) => {
    const better = complete.filter(
      (other) =>
        other.of.every((value, i) => value >= (of[i] as number)) &&
        other.of.some((value, i) => value > (of[i] as number)),
    );
    return [id, better.length] as const;
  });
  return {
    objectives,
    front: counts.flatMap(([id, count]) => (count === 0 ? [id] : [])),
    dominatedByCount: Object.fromEntries(counts),
    incomplete: signed.flatMap(({ id, of }) => (of.every(Number.isFinite) ? [] : [id])),
  };
}
