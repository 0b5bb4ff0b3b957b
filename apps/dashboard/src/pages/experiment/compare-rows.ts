import type { CellScore, Comparison } from '@ablate/contracts';
import type { DataTable } from '../../figures/data-table.js';

export type CellRow = Comparison['cells'][number];

export const scoreOf = (cell: CellRow, metric: string): CellScore | undefined =>
  cell.scores.find((score) => score.metric === metric);

/** Best and second best by the server's places; ties share one. */
export function placeMark(score: CellScore | undefined): 'best' | 'second' | null {
  if (!score) return null;
  return score.rank === 1 ? 'best' : score.rank === 2 ? 'second' : null;
}

/** Every word of the text is in the cell's label or levels. */
export function fitting(cells: readonly CellRow[], text: string): CellRow[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return [...cells];
  return cells.filter(({ label, levels }) => {
    const all = `${label} ${JSON.stringify(levels)}`.toLowerCase();
    return words.every((word) => all.includes(word));
  });
}

/** What the table shows, with every number. */
export function compareTable({ benchmarks }: Comparison, rows: readonly CellRow[], name: string): DataTable {
  return {
    title: `Cells of ${name}: mean, 95 % interval, difference to the baseline`,
    head: [
      'cell',
      ...benchmarks.flatMap(({ metric }) => [
        metric,
        `${metric} low`,
        `${metric} high`,
        `${metric} n`,
        `${metric} difference`,
        `${metric} blind`,
      ]),
      'FLOPs',
    ],
    rows: rows.map((cell) => [
      `${cell.label}${cell.baseline ? ' (baseline)' : ''}`,
      ...benchmarks.flatMap(({ metric }) => {
        const score = scoreOf(cell, metric);
        return [
          score?.mean ?? null,
          score?.low ?? null,
          score?.high ?? null,
          score?.n ?? null,
          score?.difference?.mean ?? null,
          score?.blind ?? null,
        ];
      }),
      cell.cost.flops,
    ]),
  };
}
