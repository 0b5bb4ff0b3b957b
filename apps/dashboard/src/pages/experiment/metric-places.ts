import type { CellRunsView, Comparison } from '@ablate/contracts';

export interface Place {
  readonly row: string;
  readonly column: string;
  readonly n: number;
  readonly mean: number;
  readonly lo: number | null;
  readonly hi: number | null;
}

/** The score of every cell of a facet, where rows and columns name one cell each. */
export function metricPlaces(
  cells: CellRunsView,
  { cells: scored }: Comparison,
  rows: string,
  columns: string,
  metric: string,
): Place[] {
  const scores = new Map(scored.map((cell) => [cell.id, cell.scores.find((one) => one.metric === metric)]));
  return cells.flatMap(({ id, levels }) => {
    const score = scores.get(id);
    if (!score) return [];
    const { n, mean, low, high } = score;
    return [{ row: levels[rows] ?? '-', column: levels[columns] ?? '-', n, mean, lo: low, hi: high }];
  });
}
