import { canonicalJson, levelLabel, type Cell, type Level, type Levels } from '@ablate/design-space';
import type { Score } from './cell-means.js';
import { meanInterval, type MeanInterval } from './mean-interval.js';

/** What changing one axis from its baseline level did, the other axes held fixed. */
export interface AxisEffect extends MeanInterval {
  /** The axis, or the axes of a zip group, which change together. */
  readonly axes: readonly string[];
  readonly metric: string;
  /** Label of the level, and of the baseline's; a zip group's are joined by ` + `. */
  readonly level: string;
  readonly baseline: string;
  /** Pairs of cells that differ in this alone and share a seed. `n` counts differences: paired runs, or pairs of cells if nested. */
  readonly pairs: number;
  readonly nested: boolean;
}

export interface EffectInput {
  readonly cells: readonly Cell[];
  readonly baseline: Levels;
  readonly zip: readonly (readonly string[])[];
  readonly scores: readonly Score[];
  readonly metric: string;
  /** Whether seeds leave a training stage undrawn, so that replicates of a cell share it. */
  readonly nested: boolean;
  /** What a level is called; with its settings unless given. */
  readonly nameOf?: (level: Level, axis: string) => string;
}

/** The axes of cells and baseline, zipped ones together, in order of appearance. */
function factorsOf({ cells, baseline, zip }: EffectInput): readonly (readonly string[])[] {
  const axes = [
    ...new Set([...Object.keys(baseline), ...cells.flatMap(({ levels }) => Object.keys(levels))]),
  ];
  const groups = axes.map((axis) => zip.find((group) => group.includes(axis)) ?? [axis]);
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}

/**
 * Paired differences against the baseline's level of each axis: for every cell at another level, its value minus that of the cell that
 * is at the baseline's level and otherwise equal, seed by seed. An axis that `when` leaves out of one of the two counts as
 * standing at its baseline level there. Nested seeds of a pair are averaged first: they are not independent, so the interval comes
 * from pairs of cells alone. Axes without a pair have no entry. Order: axes, then levels by first appearance.
 */
export function axisEffects(input: EffectInput): readonly AxisEffect[] {
  const { cells, baseline, scores, metric, nested, nameOf = (level: Level) => levelLabel(level) } = input;
  const labelOf = (axes: readonly string[], levels: Levels): string =>
    axes.map((axis) => (levels[axis] === undefined ? '-' : nameOf(levels[axis], axis))).join(' + ');
  const values = new Map<string, Map<number, number>>();
  for (const score of scores) {
    if (score.metric !== metric) continue;
    values.set(
      score.cellId,
      (values.get(score.cellId) ?? new Map<number, number>()).set(score.seed, score.value),
    );
  }

  return factorsOf(input).flatMap((axes) => {
    const own = (levels: Levels): string => canonicalJson(axes.map((axis) => levels[axis] ?? null));
    const others = (levels: Levels): string =>
      canonicalJson(
        Object.fromEntries(
          Object.entries({ ...baseline, ...levels }).filter(([axis]) => !axes.includes(axis)),
        ),
      );
    const references = new Map(
      cells.filter(({ levels }) => own(levels) === own(baseline)).map((cell) => [others(cell.levels), cell]),
    );
    const differences = new Map<string, { level: string; pairs: number; values: number[] }>();
    for (const cell of cells) {
      const reference = references.get(others(cell.levels));
      // A cell without the axis says nothing about its levels.
      if (!reference || own(cell.levels) === own(baseline) || axes.every((axis) => !(axis in cell.levels)))
        continue;
      const before = values.get(reference.id);
      const paired = [...(values.get(cell.id) ?? [])].flatMap(([seed, value]) => {
        const other = before?.get(seed);
        return other === undefined ? [] : [value - other];
      });
      if (paired.length === 0) continue;
      const key = own(cell.levels);
      const group = differences.get(key) ?? { level: labelOf(axes, cell.levels), pairs: 0, values: [] };
      group.pairs += paired.length;
      group.values.push(...(nested ? [meanInterval(paired).mean] : paired));
      differences.set(key, group);
    }
    return [...differences.values()].map(({ level, pairs, values: found }): AxisEffect => ({
      axes,
      metric,
      level,
      baseline: labelOf(axes, baseline),
      pairs,
      nested,
      ...meanInterval(found),
    }));
  });
}
