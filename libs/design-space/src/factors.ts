import { canonicalJson } from './canonical.js';
import type { GridSpec, Level, Levels } from './spec.js';
import type { Axis } from './validate.js';

/** What a design varies: one axis, or a zip group as one. */
export interface Factor {
  readonly axes: readonly string[];
  /** Distinct positions, each with a level for every axis of the factor. */
  readonly positions: readonly Levels[];
}

const distinct = (positions: readonly Levels[]): readonly Levels[] => [
  ...new Map(positions.map((position) => [canonicalJson(position), position])).values(),
];

/** Zip groups stand where their first axis stands. Equal positions collapse here, so that a fraction's balance is not skewed. */
export function readFactors(spec: GridSpec, axes: readonly Axis[]): readonly Factor[] {
  const groupOf = (name: string): readonly string[] =>
    (spec.zip ?? []).find((group) => group.includes(name)) ?? [name];
  const factors: Factor[] = [];
  const done = new Set<string>();
  for (const axis of axes) {
    if (done.has(axis.name)) continue;
    const members = axes.filter(({ name }) => groupOf(axis.name).includes(name));
    for (const { name } of members) done.add(name);
    const positions = axis.levels.map((_, i) =>
      Object.fromEntries(members.map(({ name, levels }) => [name, levels[i] as Level])),
    );
    factors.push({ axes: members.map(({ name }) => name), positions: distinct(positions) });
  }
  return factors;
}
