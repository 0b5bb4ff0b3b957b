import type { Comparison } from '@ablate/contracts';
import { plural, score, signed } from './format.js';
import { table } from './table.js';

const right = (title: string) => ({ title, align: 'right' as const });

/** Cells by one figure over all benchmarks: mean z-score (higher is better) and mean rank (1 is best). */
export function compositeView({ cells, benchmarks }: Comparison): string {
  const complete = cells
    .flatMap(({ label, baseline, composite, scores }) =>
      composite === null ? [] : [{ label, baseline, scores, ...composite }],
    )
    .sort((a, b) => b.z - a.z);
  if (complete.length === 0)
    return benchmarks.length < 2
      ? 'A composite takes two benchmarks or more.'
      : 'No cell has a score on every benchmark yet, so none has a composite.';
  const left = cells.length - complete.length;
  return [
    `Over ${benchmarks.map(({ metric }) => metric).join(', ')}, weighted equally. z: mean of z-scores among these cells. rank: mean rank, 1 is best.`,
    '',
    table(
      [{ title: 'cell' }, right('z'), right('rank'), ...benchmarks.map(({ metric }) => right(metric))],
      complete.map((cell) => [
        cell.baseline ? `${cell.label} (baseline)` : cell.label,
        signed(cell.z),
        cell.rank.toFixed(2),
        ...benchmarks.map(({ metric }) => {
          const own = cell.scores.find((one) => one.metric === metric);
          return own ? score(own.mean) : '—';
        }),
      ]),
    ),
    ...(left === 0 ? [] : ['', `Left out: ${plural(left, 'cell')} without a score on every benchmark.`]),
  ].join('\n');
}
