import type { GridSpec } from '@ablate/design-space';
import { labelCells } from './label-cells.js';
import { readLevels } from './read-levels.js';

export interface NamedAxes {
  readonly axes: readonly { readonly name: string; readonly levels: readonly string[] }[];
  /** Labels of a cell's levels, by axis. */
  readonly labelsOf: (cellId: string) => Readonly<Record<string, string>>;
}

/** A grid's axes and cells in words, as every table and figure calls them. */
export function nameAxes(
  spec: GridSpec,
  cells: readonly { readonly cellId: string; readonly levels: unknown }[],
): NamedAxes {
  const { axes, labels } = labelCells(
    spec,
    new Map(cells.map((cell) => [cell.cellId, readLevels(cell.levels)])),
  );
  return {
    axes: Object.entries(axes).map(([name, levels]) => ({ name, levels })),
    labelsOf: (cellId) => labels.get(cellId) ?? {},
  };
}
