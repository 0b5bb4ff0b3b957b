import { describe, expect, it } from '@jest/globals';
import type { CellScore, Comparison } from '@ablate/contracts';
import { exportTable } from './export-table.js';

const score = (mean: number, changes: Partial<CellScore> = {}): CellScore => ({
  benchmark: 'quiz',
  metric: 'quiz/accuracy',
  mean,
  n: 2,
  sd: 0.01,
  low: mean - 0.05,
  high: mean + 0.05,
  blind: 0.25,
  majority: null,
  gain: null,
  rank: 2,
  difference: null,
  ...changes,
});
const cell = (
  id: string,
  levels: Comparison['cells'][number]['levels'],
  scores: CellScore[],
  baseline = false,
) => ({
  id,
  label: id,
  levels,
  baseline,
  scores,
  cost: { flops: 1, seconds: 2, peakMemoryBytes: 3, parameters: 4 },
  composite: null,
  front: [],
});

const comparison: Comparison = {
  experiment: 'e-1',
  benchmarks: [{ id: 'quiz', metric: 'quiz/accuracy' }],
  cells: [
    cell('plain', { encoder: 'a_b', connector: 'linear' }, [score(0.5)], true),
    cell('50 % & "more", {x}', { encoder: 'a_b', connector: { id: 'resampler', numQueries: 4 } }, [
      score(0.75, {
        low: null,
        high: null,
        n: 1,
        gain: { mean: 0.5, low: 0.4, high: 0.6 },
        rank: 1,
        difference: { mean: 0.25, pairs: 1, low: null, high: null },
      }),
    ]),
    cell('unfinished', { encoder: 'c' }, []),
  ],
  best: { id: '50 % & "more", {x}', label: 'b', metric: 'quiz/accuracy', mean: 0.75, n: 1, tied: 0 },
  effects: [],
  savedTrainings: 0,
  seeds: [1, 2],
  sharedBySeeds: ['pretrain'],
  notes: ['A note.'],
};

describe('an exported table', () => {
  it('is tidy CSV, a row a cell and benchmark, quoted where it must be', () => {
    expect(exportTable(comparison, 'csv').split('\n')).toEqual([
      'cell,encoder,connector,baseline,metric,mean,n,sd,low,high,rank,difference,difference_low,difference_high,blind,majority,gain,gain_low,gain_high',
      'plain,a_b,linear,true,quiz/accuracy,0.5,2,0.01,0.45,0.55,2,,,,0.25,,,,',
      '"50 % & ""more"", {x}",a_b,"{""id"":""resampler"",""numQueries"":4}",false,quiz/accuracy,0.75,1,0.01,,,1,0.25,,,0.25,,0.5,0.4,0.6',
      'unfinished,c,,false,quiz/accuracy,,,,,,,,,,,,,,',
      '',
    ]);
  });

  it('is Markdown: best bold, second underlined, the difference to the baseline, an interval only where there is one', () => {
    const lines = exportTable(comparison, 'markdown').split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '| cell | quiz/accuracy (%) | Δ | quiz blind | n |',
      '| --- | ---: | ---: | ---: | ---: |',
      '| plain (baseline) | <u>50.0 ± 5.0</u> | – | 25.0 | 2 |',
      '| 50 % & "more", {x} | **75.0** | +25.0 | 25.0 | 1 |',
      '| unfinished | – | – | – | 0 |',
    ]);
  });

  it('says n, seeds, their scope and what the marks mean', () => {
    expect(exportTable(comparison, 'markdown')).toContain(
      'Mean of n = 1 to 2 runs a cell (seeds 1, 2; runs of a cell share pretrain and are nested replicates) ± half the 95 % t interval. ' +
        'Best bold, second best underlined. Δ: difference to the baseline, paired by seed. Blind: images shuffled between questions. ' +
        'Experiment e-1. A note.',
    );
  });

  it('is LaTeX that compiles: special characters escaped, booktabs', () => {
    const text = exportTable(comparison, 'latex');
    expect(text).toContain('plain (baseline) & \\underline{50.0 $\\pm$ 5.0} & -- & 25.0 & 2 \\\\');
    expect(text).toContain('50 \\% \\& "more", \\{x\\} & \\textbf{75.0} & +25.0 & 25.0 & 1 \\\\');
    expect(text).toContain('unfinished & -- & -- & -- & 0 \\\\');
    expect(text).toContain('quiz/accuracy (\\%) & $\\Delta$');
    expect(text.match(/\\(begin|end)\{/g)).toHaveLength(4);
  });

  it('leaves scores beyond 1 as they are', () => {
    const [first] = comparison.cells;
    const points = { ...comparison, cells: [{ ...first!, scores: [score(61.5)] }] };
    expect(exportTable(points, 'markdown')).toContain('| quiz/accuracy | quiz blind | n |');
    expect(exportTable(points, 'markdown')).toMatch(/61\.5 ± 0\.[01]/);
  });

  it('is JSON that reads back', () => {
    expect(JSON.parse(exportTable(comparison, 'json'))).toEqual(comparison);
  });
});
