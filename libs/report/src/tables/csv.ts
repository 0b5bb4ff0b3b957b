import type { Comparison } from '@ablate/contracts';
import { scoreOf } from './paper-table.js';

const NUMBERS = [
  'mean',
  'n',
  'sd',
  'low',
  'high',
  'rank',
  'difference',
  'difference_low',
  'difference_high',
  'blind',
  'majority',
  'gain',
  'gain_low',
  'gain_high',
] as const;

/** Comma-separated lines, quoted where they must be (RFC 4180). */
export const csvLines = (rows: readonly (readonly string[])[]): string =>
  `${rows.map((row) => row.map(quote).join(',')).join('\n')}\n`;

const quote = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

/** Tidy CSV: a row a cell and benchmark, numbers in full precision, missing ones empty. */
export function csv({ cells, benchmarks }: Comparison): string {
  const axes = [...new Set(cells.flatMap(({ levels }) => Object.keys(levels)))];
  const rows = cells.flatMap((cell) =>
    benchmarks.map(({ metric }) => {
      const levels = axes.map((axis) => {
        const level = cell.levels[axis];
        return level === undefined ? '' : typeof level === 'string' ? level : JSON.stringify(level);
      });
      const score = scoreOf(cell, metric);
      const { difference = null, gain = null } = score ?? {};
      const numbers: Record<(typeof NUMBERS)[number], number | null | undefined> = {
        mean: score?.mean,
        n: score?.n,
        sd: score?.sd,
        low: score?.low,
        high: score?.high,
        rank: score?.rank,
        difference: difference?.mean,
        difference_low: difference?.low,
        difference_high: difference?.high,
        blind: score?.blind,
        majority: score?.majority,
        gain: gain?.mean,
        gain_low: gain?.low,
        gain_high: gain?.high,
      };
      return [
        cell.id,
        ...levels,
        String(cell.baseline),
        metric,
        ...NUMBERS.map((name) => (numbers[name] == null ? '' : String(numbers[name]))),
      ];
    }),
  );
  const head = ['cell', ...axes, 'baseline', 'metric', ...NUMBERS];
  return csvLines([head, ...rows]);
}
