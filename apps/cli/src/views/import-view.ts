import type { ImportReport } from '@ablate/contracts';
import { plural } from './format.js';
import { table } from './table.js';

/** What was made of a published table, and what to ask next. */
export function importView(report: ImportReport): string {
  const { id, axes, metrics, cells, runs, rows, notes } = report;
  const first = metrics[0]?.benchmark;
  return [
    id,
    `${plural(rows, 'row')}: ${plural(cells, 'cell')}, ${plural(runs, 'run')}, ${plural(metrics.length, 'benchmark')}.`,
    '',
    table(
      [{ title: 'axis' }, { title: 'levels', align: 'right' }, { title: 'first' }],
      axes.map(({ axis, levels }) => [axis, String(levels.length), levels[0] ?? '']),
    ),
    '',
    `Benchmarks: ${metrics.map(({ benchmark, scores }) => `${benchmark} (${scores})`).join(', ')}`,
    ...notes,
    '',
    `Next: ablate effects ${id}${first === undefined ? '' : ` --metric '${first}'`}`,
  ].join('\n');
}
