import type { PivotView } from '@ablate/contracts';
import { MISSING } from '../numbers.js';
import { csvLines } from './csv.js';
import { plain, seedWords, signedPoints, type PaperCell, type PaperTable } from './paper-table.js';

type Cell = PivotView['cells'][number];

/** Two axes' levels as a paper prints them: mean ± half the interval, and the difference to the baseline cell. */
export function pivotTable(pivot: PivotView): PaperTable {
  const { experiment, metric, rows, columns, cells, baseline, averagedOver, warning } = pivot;
  const isShare = cells.every(({ mean }) => Math.abs(mean) <= 1);
  const scale = isShare ? 100 : 1;
  const value = ({ mean, hi, rank, difference }: Cell): PaperCell => ({
    text: [
      (mean * scale).toFixed(1),
      hi === null ? '' : ` ± ${((hi - mean) * scale).toFixed(1)}`,
      difference === null ? '' : ` (${signedPoints(difference.mean * scale)})`,
    ].join(''),
    mark: rank === 1 ? 'best' : rank === 2 ? 'second' : null,
  });
  const counts = cells.map(({ n }) => n);
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  const has = (of: (cell: Cell) => unknown): boolean => cells.some((cell) => of(cell) !== null);
  const nested = cells.some(({ n, independent }) => independent < n);
  return {
    head: [`${rows.axis} / ${columns.axis}`, ...columns.levels],
    rows: rows.levels.map((row) => [
      plain(row),
      ...columns.levels.map((column) => {
        const cell = cells.find((one) => one.row === row && one.column === column);
        return cell ? value(cell) : plain(MISSING);
      }),
    ]),
    caption: [
      `${metric}${isShare ? ' (%)' : ''} by ${rows.axis} and ${columns.axis}`,
      averagedOver.length > 0 ? `, averaged over ${averagedOver.join(', ')}` : '',
      `: mean of n = ${least === most ? least : `${least} to ${most}`} runs a cell (${seedWords(pivot)})`,
      has(({ hi }) => hi)
        ? ` ± half the 95 % t interval${nested ? ' over the mean of each shared training' : ''}.`
        : '.',
      ' Best bold, second best underlined.',
      has(({ difference }) => difference)
        ? ` In brackets: difference to ${baseline.row} with ${baseline.column}, paired by the other axes and the seed.`
        : '',
      ` Experiment ${experiment}.`,
      warning === null ? '' : ` ${warning}`,
    ].join(''),
  };
}

const number = (value: number | null | undefined): string => (value == null ? '' : String(value));

/** A row a cell of the pivot, numbers in full precision. */
export const pivotCsv = ({ metric, rows, columns, cells }: PivotView): string =>
  csvLines([
    [
      rows.axis,
      columns.axis,
      'metric',
      'n',
      'independent',
      'mean',
      'sd',
      'low',
      'high',
      'rank',
      'difference',
      'pairs',
    ],
    ...cells.map(({ row, column, n, independent, mean, sd, lo, hi, rank, difference }) => [
      row,
      column,
      metric,
      ...[n, independent, mean, sd, lo, hi, rank, difference?.mean, difference?.pairs].map(number),
    ]),
  ]);
