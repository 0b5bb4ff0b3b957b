import type { CellScore, Comparison } from '@ablate/contracts';
import { interval, plural, score, signed } from './format.js';
import { table, type Column } from './table.js';

type Cell = Comparison['cells'][number];

const right = (title: string): Column => ({ title, align: 'right' });
const scoreOf = (cell: Cell, metric: string): CellScore | undefined =>
  cell.scores.find((one) => one.metric === metric);
const orDash = (value: number | null | undefined, write = score): string =>
  value == null ? '—' : write(value);

/** Benchmarks with a blind control in some cell; published tables have none. */
const isControlled = ({ cells }: Comparison, metric: string): boolean =>
  cells.some((cell) => scoreOf(cell, metric)?.blind != null);

/** Cells by benchmark; where there is a blind control, it and the gain over it stand beside the score. */
function cellTable(comparison: Comparison): string {
  const { cells, benchmarks, best } = comparison;
  const columns = [
    { title: 'cell' },
    right('n'),
    ...benchmarks.flatMap(({ metric }) =>
      isControlled(comparison, metric) ? [right(metric), right('blind'), right('gain')] : [right(metric)],
    ),
  ];
  const rows = cells.map((cell) => {
    const isBest = best !== null && (best.tied === 0 ? best.id === cell.id : isTied(cell, best));
    const marks = [cell.baseline ? 'baseline' : '', isBest ? (best.tied === 0 ? 'best' : 'tied best') : '']
      .filter(Boolean)
      .join(', ');
    const first = benchmarks[0] && scoreOf(cell, benchmarks[0].metric);
    return [
      marks === '' ? cell.label : `${cell.label} (${marks})`,
      String(first?.n ?? 0),
      ...benchmarks.flatMap(({ metric }) => {
        const one = scoreOf(cell, metric);
        return isControlled(comparison, metric)
          ? [orDash(one?.mean), orDash(one?.blind), orDash(one?.gain?.mean, signed)]
          : [orDash(one?.mean)];
      }),
    ];
  });
  return table(columns, rows);
}

const isTied = (cell: Cell, best: NonNullable<Comparison['best']>): boolean =>
  scoreOf(cell, best.metric)?.rank === 1;

/** The best cell, or that several tie for it. */
function bestLine({ best, cells }: Comparison): string {
  if (!best) return 'No cell has a score yet.';
  const { label, metric, mean, n, tied } = best;
  if (tied === 0) return `Best cell: ${label}, ${metric} ${score(mean)} (n ${n}).`;
  const all = tied + 1 === cells.length ? 'All cells tie' : `${plural(tied + 1, 'cell')} tie for best`;
  return `${all}: ${metric} ${score(mean)}.`;
}

/** Whether the baseline's answers come from the image. */
function baselineLines({ cells, benchmarks }: Comparison): readonly string[] {
  const baseline = cells.find((cell) => cell.baseline);
  return benchmarks.flatMap(({ metric }) => {
    const one = baseline && scoreOf(baseline, metric);
    if (!one?.gain || one.blind === null) return [];
    const { mean, low, high } = one.gain;
    const majority = one.majority === null ? '' : `; the most frequent answer alone: ${score(one.majority)}`;
    return [
      `Baseline, ${metric}: ${score(one.mean)} against ${score(one.blind)} blind, ${signed(mean)} ${interval(low, high, signed)}${majority}.`,
    ];
  });
}

function effectTable({ effects }: Comparison): string {
  return table(
    [
      { title: 'axis' },
      { title: 'level' },
      { title: 'against' },
      { title: 'metric' },
      right('change'),
      right('95 % interval'),
      { title: 'verdict' },
    ],
    effects.map(({ axis, level, baseline, metric, estimate, lo, hi, verdict }) => [
      axis,
      level,
      baseline,
      metric,
      orDash(estimate, signed),
      interval(lo, hi, signed),
      verdict,
    ]),
  );
}

/** The answer to a grid: cells by benchmark, best cell, what each axis changed, what sharing saved. */
export function comparisonView(comparison: Comparison): string {
  const { benchmarks, effects, savedTrainings, notes } = comparison;
  const controlled = benchmarks.some(({ metric }) => isControlled(comparison, metric));
  return [
    `Mean over n runs.${controlled ? ' blind: the same model, images shuffled between questions. gain: over blind, paired by question.' : ''}`,
    '',
    cellTable(comparison),
    '',
    bestLine(comparison),
    ...baselineLines(comparison),
    ...(effects.length === 0
      ? []
      : [
          '',
          'What each axis changed against the baseline, the other axes weighted equally (`ablate effects` says more):',
          '',
          effectTable(comparison),
        ]),
    '',
    ...(savedTrainings === 0 ? [] : [`Sharing saved ${plural(savedTrainings, 'stage training')}.`]),
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
