import { shortLabel, type GridSpec, type Levels } from '@ablate/design-space';

/** An axis that a cell leaves out (`when`). */
const ABSENT = '-';

/** Which axes move as one by the grid's own word: a zip is one axis under a joint name. */
function columnsOf(spec: GridSpec, cells: readonly Levels[]): readonly (readonly string[])[] {
  const names = [...new Set(cells.flatMap((levels) => Object.keys(levels)))];
  const groups = names.map((axis) => spec.zip?.find((group) => group.includes(axis)) ?? [axis]);
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
}

export interface LabelledCells {
  /** Axes with the labels of their levels, in order of appearance. */
  readonly axes: Readonly<Record<string, readonly string[]>>;
  /** By cell: a label for every axis. */
  readonly labels: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

/** Cells as `analysis` takes them: one short label for every axis. */
export function labelCells(spec: GridSpec, cells: ReadonlyMap<string, Levels>): LabelledCells {
  const columns = columnsOf(spec, [...cells.values()]);
  const labelOf = (levels: Levels, axis: string): string => {
    const level = levels[axis];
    return level === undefined ? ABSENT : shortLabel(level, spec.axes[axis] ?? [level]);
  };
  const labels = new Map(
    [...cells].map(([id, levels]) => [
      id,
      Object.fromEntries(
        columns.map((axes) => [axes.join(' + '), axes.map((axis) => labelOf(levels, axis)).join(' + ')]),
      ),
    ]),
  );
  const axes = Object.fromEntries(
    columns.map((group) => {
      const name = group.join(' + ');
      return [name, [...new Set([...labels.values()].map((levels) => levels[name]!))]];
    }),
  );
  return { axes, labels };
}
