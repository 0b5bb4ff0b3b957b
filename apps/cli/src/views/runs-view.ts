import type { RunView } from '@ablate/contracts';
import { score } from './format.js';
import { table } from './table.js';

/** Runs with the scores of their benchmarks; controls and details are in `--json`. */
export function runsView(runs: readonly RunView[], metrics: readonly string[]): string {
  const columns = [
    { title: 'run' },
    { title: 'cell' },
    { title: 'seed', align: 'right' } as const,
    { title: 'state' },
    { title: 'stages' },
    ...metrics.map((title) => ({ title, align: 'right' }) as const),
  ];
  const rows = runs.map((run) => [
    run.id,
    run.label,
    String(run.seed),
    run.state,
    `${run.stages.filter(({ state }) => state === 'done').length}/${run.stages.length}`,
    ...metrics.map((metric) => {
      const value = run.metrics[metric];
      return value === undefined ? '—' : score(value);
    }),
  ]);
  const errors = runs.flatMap(({ id, error }) =>
    error ? [`${id}: ${error.message} ${error.fix ?? ''}`.trimEnd()] : [],
  );
  return [table(columns, rows), ...(errors.length > 0 ? ['', ...errors] : [])].join('\n');
}
