import type { PivotView } from '@ablate/contracts';
import { significant } from './format.js';
import { table } from './table.js';

/** Means of two axes' levels, with half the 95 % interval where there is one. */
export function pivotView({ metric, rows, columns, cells, averagedOver, warning }: PivotView): string {
  const cellOf = (row: string, column: string): string => {
    const cell = cells.find((one) => one.row === row && one.column === column);
    if (!cell) return '—';
    const half = cell.hi === null ? '' : ` ± ${significant(cell.hi - cell.mean)}`;
    return `${significant(cell.mean)}${half} (n ${cell.n})`;
  };
  return [
    `${metric}: ${rows.axis} by ${columns.axis}${averagedOver.length > 0 ? `, averaged over ${averagedOver.join(', ')}` : ''}`,
    '',
    table(
      [{ title: rows.axis }, ...columns.levels.map((title) => ({ title, align: 'right' as const }))],
      rows.levels.map((row) => [row, ...columns.levels.map((column) => cellOf(row, column))]),
    ),
    ...(warning === null ? [] : ['', `Note: ${warning}`]),
  ].join('\n');
}
