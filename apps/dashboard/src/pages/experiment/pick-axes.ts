import type { CellRunsView, OverviewView } from '@ablate/contracts';
import type { Search } from '../../app/search.js';

type Axes = OverviewView['axes'];

/** Axes with something to compare. */
export const varying = (axes: Axes): Axes => axes.filter(({ levels }) => levels.length > 1);

/** Rows, columns and facet of the heat map, as the address says, else the first two axes that vary. */
export function pickAxes(
  axes: Axes,
  { rows, cols, facet }: Search,
): { readonly rows: string; readonly columns: string; readonly facet: string | null } {
  const names = axes.map(({ name }) => name);
  const free = [...varying(axes).map(({ name }) => name), ...names];
  const first = rows !== undefined && names.includes(rows) ? rows : (free[0] ?? '');
  const second =
    cols !== undefined && names.includes(cols) && cols !== first
      ? cols
      : (free.find((name) => name !== first) ?? first);
  const third =
    facet !== undefined && names.includes(facet) && facet !== first && facet !== second ? facet : null;
  return { rows: first, columns: second, facet: third };
}

export interface GridCell {
  readonly row: string;
  readonly column: string;
  readonly cells: CellRunsView;
}

/** Cells by the levels of two axes; several where other axes vary too. */
export function arrange(cells: CellRunsView, rows: string, columns: string): ReadonlyMap<string, GridCell> {
  const grid = new Map<string, { row: string; column: string; cells: CellRunsView }>();
  for (const cell of cells) {
    const [row, column] = [cell.levels[rows] ?? '-', cell.levels[columns] ?? '-'];
    const key = placeOf(row, column);
    const place = grid.get(key);
    if (place) place.cells.push(cell);
    else grid.set(key, { row, column, cells: [cell] });
  }
  return grid;
}

export const placeOf = (row: string, column: string): string => JSON.stringify([row, column]);

const ORDER = ['failed', 'running', 'waiting', 'cancelled', 'done'] as const;

/** What many runs are together: what most needs a look first. */
export function stateOfRuns(cells: CellRunsView): {
  readonly state: string;
  readonly done: number;
  readonly total: number;
} {
  const runs = cells.flatMap((cell) => cell.runs);
  const state = ORDER.find((one) => runs.some((run) => run.state === one)) ?? 'waiting';
  const done = runs.filter((run) => run.state === 'done').length;
  const begun = state === 'waiting' && done > 0 ? 'running' : state;
  return { state: begun, done, total: runs.length };
}
