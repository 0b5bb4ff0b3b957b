import { describe, expect, it } from '@jest/globals';
import type { CellScore, Comparison } from '@ablate/contracts';
import { compareTable, fitting, placeMark, scoreOf, type CellRow } from './compare-rows.js';

const score = (mean: number, rank: number) =>
  ({
    metric: 'vqa/accuracy',
    mean,
    low: null,
    high: null,
    n: 1,
    rank,
    difference: null,
    blind: 0.2,
  }) as CellScore;
const cell = (label: string, ...scores: CellScore[]) =>
  ({
    id: label,
    label,
    levels: { connector: label },
    baseline: label === 'mlp',
    scores,
    cost: { flops: 7 },
  }) as unknown as CellRow;

describe('the table of cells', () => {
  const rows = [cell('mlp', score(0.4, 2)), cell('resampler', score(0.5, 1)), cell('linear')];
  it('marks best, second best and what is missing', () => {
    expect(rows.map((row) => placeMark(scoreOf(row, 'vqa/accuracy')))).toEqual(['second', 'best', null]);
  });
  it('is filtered by words', () => {
    expect(fitting(rows, 'CONNECTOR samp').map(({ label }) => label)).toEqual(['resampler']);
    expect(fitting(rows, ' ')).toHaveLength(3);
  });
  it('exports every number, and nothing where there is none', () => {
    const table = compareTable(
      { benchmarks: [{ id: 'vqa', metric: 'vqa/accuracy' }] } as Comparison,
      rows,
      'x',
    );
    expect(table.rows[0]).toEqual(['mlp (baseline)', 0.4, null, null, 1, null, 0.2, 7]);
    expect(table.rows[2]).toEqual(['linear', null, null, null, null, null, null, 7]);
  });
});
