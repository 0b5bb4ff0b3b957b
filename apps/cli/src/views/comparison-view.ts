import type { CellScore, Comparison } from '@ablate/contracts';
import { interval, plural, score, signed } from './format.js';
import { table, type Column } from './table.js';

type Cell = Comparison['cells'][number];

const right = (title: string): Column => ({ title, align: 'right' });
const scoreOf = (cell: Cell, metric: string): CellScore | undefined =>
  cell.scores.find((one) => one.metric === metric);
const orDash = (value: number | null | undefined, write = score): string =>
  value == null ? '—' : write(value);

/** Cells by benchmark; the blind control and the gain over it stand beside every score. */
function cellTable({ cells, benchmarks, best }: Comparison): string {
  const columns = [
    { title: 'cell' },
    right('n'),
    ...benchmarks.flatMap(({ metric }) => [right(metric), right('blind'), right('gain')]),
  ];
  const rows = cells.map((cell) => {
    const marks = [cell.baseline ? 'baseline' : '', best?.id === cell.id ? 'best' : '']
      .filter(Boolean)
      .join(', ');
    const first = benchmarks[0] && scoreOf(cell, benchmarks[0].metric);
    return [
      marks === '' ? cell.label : `${cell.label} (${marks})`,
      String(first?.n ?? 0),
      ...benchmarks.flatMap(({ metric }) => {
        const one = scoreOf(cell, metric);
        return [orDash(one?.mean), orDash(one?.blind), orDash(one?.gain?.mean, signed)];
      }),
    ];
  });
  return table(columns, rows);
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
  const { best, effects, savedTrainings, notes } = comparison;
  return [
    'Mean over n runs. blind: the same model, images shuffled between questions. gain: over blind, paired by question.',
    '',
    cellTable(comparison),
    '',
    best
      ? `Best cell: ${best.label}, ${best.metric} ${score(best.mean)} (n ${best.n}).`
      : 'No cell has a score yet.',
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
    `Sharing saved ${plural(savedTrainings, 'stage training')}.`,
    ...notes.map((note) => `Note: ${note}`),
  ].join('\n');
}
