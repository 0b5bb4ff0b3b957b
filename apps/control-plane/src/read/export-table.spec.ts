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
});

const comparison: Comparison = {
  experiment: 'e-1',
  benchmarks: [{ id: 'quiz', metric: 'quiz/accuracy' }],
  cells: [
    cell('plain', { encoder: 'a_b', connector: 'linear' }, [score(0.5)], true),
    cell('50 % & "more", {x}', { encoder: 'a_b', connector: { id: 'resampler', numQueries: 4 } }, [
      score(0.75, { low: null, high: null, n: 1, gain: { mean: 0.5, low: 0.4, high: 0.6 } }),
    ]),
    cell('unfinished', { encoder: 'c' }, []),
  ],
  best: { id: '50 % & "more", {x}', label: 'b', metric: 'quiz/accuracy', mean: 0.75, n: 1 },
  effects: [],
  savedTrainings: 0,
  notes: ['A note.'],
};

describe('an exported table', () => {
  it('is tidy CSV, a row a cell and benchmark, quoted where it must be', () => {
    expect(exportTable(comparison, 'csv').split('\n')).toEqual([
      'cell,encoder,connector,baseline,metric,mean,n,sd,low,high,blind,majority,gain,gain_low,gain_high',
      'plain,a_b,linear,true,quiz/accuracy,0.5000,2,0.0100,0.4500,0.5500,0.2500,,,,',
      '"50 % & ""more"", {x}",a_b,"{""id"":""resampler"",""numQueries"":4}",false,quiz/accuracy,0.7500,1,0.0100,,,0.2500,,0.5000,0.4000,0.6000',
      'unfinished,c,,false,quiz/accuracy,,,,,,,,,,',
      '',
    ]);
  });

  it('is Markdown, the best cell bold, an interval only where there is one', () => {
    const lines = exportTable(comparison, 'markdown').split('\n');
    expect(lines.slice(0, 5)).toEqual([
      '| cell | quiz/accuracy (%) | quiz blind (%) | n |',
      '| --- | ---: | ---: | ---: |',
      '| plain (baseline) | 50.0 ± 5.0 | 25.0 | 2 |',
      '| 50 % & "more", {x} | **75.0** | 25.0 | 1 |',
      '| unfinished | – | – | 0 |',
    ]);
    expect(lines.join('\n')).toContain('A note.');
  });

  it('is LaTeX that compiles: special characters escaped, booktabs', () => {
    const text = exportTable(comparison, 'latex');
    expect(text).toContain('plain (baseline) & 50.0 $\\pm$ 5.0 & 25.0 & 2 \\\\');
    expect(text).toContain('50 \\% \\& "more", \\{x\\} & \\textbf{75.0} & 25.0 & 1 \\\\');
    expect(text).toContain('unfinished & -- & -- & 0 \\\\');
    expect(text).toContain('quiz/accuracy (\\%)');
    expect(text.match(/\\(begin|end)\{/g)).toHaveLength(4);
  });

  it('is JSON that reads back', () => {
    expect(JSON.parse(exportTable(comparison, 'json'))).toEqual(comparison);
  });
});
