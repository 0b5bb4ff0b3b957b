import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { AblateError } from '@ablate/errors';
import { arrangeTable, type TableInput } from './arrange-table.js';

const csv = (...lines: string[]): string => `${lines.join('\n')}\n`;
const HEAD = 'encoder,llm,data_recipe,training_recipe,benchmark,score,source';
const arrange = (text: string, options: Partial<TableInput> = {}) =>
  arrangeTable({ file: 't.csv', text, ...options });
const errorOf = (text: string, options: Partial<TableInput> = {}): AblateError => {
  try {
    arrange(text, options);
  } catch (error) {
    if (error instanceof AblateError) return error;
    throw error;
  }
  throw new Error('Nothing was refused.');
};
const sample = (name: string): TableInput => ({
  file: `${name}.csv`,
  text: readFileSync(new URL(`../../../../examples/published/${name}.csv`, import.meta.url), 'utf8'),
});

describe('a published table', () => {
  const small = csv(
    HEAD,
    'clip,phi,d1,base,VQA,70.5,"Table 1, left"',
    'siglip,phi,d1,base,VQA,72,Table 1',
    'siglip,phi,d1,base,GQA,-1.5e1,Table 2',
  );
  it('is read by the obvious names of its columns; what never changes is context, not an axis', () => {
    const table = arrange(small);
    expect(table.axes).toEqual({ encoder: ['clip', 'siglip'] });
    expect(table.context).toEqual({ llm: 'phi', data: 'd1', strategy: 'base' });
    expect(table.columns).toMatchObject({
      data_recipe: 'data',
      training_recipe: 'strategy',
      benchmark: 'metric',
    });
    expect(table.cells.map(({ label, levels }) => [label, levels])).toEqual([
      ['clip', { encoder: 'clip' }],
      ['siglip', { encoder: 'siglip' }],
    ]);
    expect(table.runs[1]).toMatchObject({
      seed: 1,
      scores: [
        { benchmark: 'VQA', value: 72, line: 3, notes: { source: 'Table 1' } },
        { benchmark: 'GQA', value: -15, line: 4 },
      ],
    });
    expect(table.notes).toEqual({ source: ['Table 1, left', 'Table 1', 'Table 2'] });
  });

  it('takes other names by --map, and a column for each benchmark', () => {
    const wide = csv('Vision Tower,tokens,VQA,GQA', 'clip,64,70,60', 'siglip,144,71,');
    const table = arrange(wide, { map: { tokens: 'image_tokens', VQA: 'score', GQA: 'score' } });
    expect(table.axes).toEqual({ encoder: ['clip', 'siglip'], image_tokens: ['64', '144'] });
    expect(table.benchmarks).toEqual([
      { id: 'VQA', scores: 2 },
      { id: 'GQA', scores: 1 },
    ]);
  });

  it('leaves an axis out of a cell whose field is empty', () => {
    const table = arrange(csv('encoder,llm,metric,value', ',phi,VQA,1', 'clip,phi,VQA,2', 'clip,qwen,VQA,3'));
    expect(table.cells[0]!.levels).toEqual({ llm: 'phi' });
    expect(table.axes['encoder']).toEqual(['clip']);
  });

  it('sets an average aside where its parts are here, and keeps it where it is the only figure', () => {
    const rows = [HEAD, ...['VQA', 'GQA', 'Average'].map((name) => `clip,phi,d1,base,${name},1,T`)];
    expect(arrange(csv(...rows))).toMatchObject({
      derived: [{ benchmark: 'Average', rows: [4], leftOut: true }],
      benchmarks: [{ id: 'VQA' }, { id: 'GQA' }],
    });
    const only = arrange(csv(HEAD, 'clip,phi,d1,base,avg-4shot,1,T', 'siglip,phi,d1,base,avg-4shot,2,T'));
    expect(only.derived).toEqual([{ benchmark: 'avg-4shot', rows: [2, 3], leftOut: false }]);
    expect(only.benchmarks).toEqual([{ id: 'avg-4shot', scores: 2 }]);
  });

  it('excludes what it is told to, by benchmark or by level', () => {
    const table = arrange(small, { exclude: ['GQA', 'encoder=clip'] });
    expect(table.excluded).toEqual([
      { what: 'GQA', rows: [4] },
      { what: 'encoder=clip', rows: [2] },
    ]);
    expect(table.runs).toHaveLength(1);
  });

  it('takes repeated figures as seeds when asked, beside seeds that it names', () => {
    const rows = csv('encoder,seed,benchmark,score', 'clip,1,V,1', 'clip,2,V,2', 'clip,1,V,3', 'clip,1,G,4');
    const table = arrange(rows, { replicates: true });
    expect(table.runs.map(({ seed, scores }) => [seed, scores.map(({ value }) => value)])).toEqual([
      [1, [1, 4]],
      [2, [2]],
      [3, [3]],
    ]);
  });

  it.each(['tinyllava', 'tinyllava-factory', 'prismatic', 'cambrian'])(
    'of the samples: %s is read whole',
    (name) => {
      const input = sample(name);
      const table = arrangeTable(input);
      const left = table.derived.reduce((sum, { rows, leftOut }) => sum + (leftOut ? rows.length : 0), 0);
      const figures = table.runs.reduce((sum, { scores }) => sum + scores.length, 0);
      expect(figures + left).toBe(input.text.trim().split('\n').length - 1);
      expect(table.derived.map(({ benchmark }) => benchmark)).toEqual(name === 'cambrian' ? ['Average'] : []);
      expect(Object.keys(table.axes)).toEqual(expect.arrayContaining(['encoder', 'strategy']));
    },
  );
});

describe('what is refused, with file, row and column', () => {
  it('duplicates, all rows named', () => {
    const error = errorOf(csv(HEAD, 'a,p,d,s,V,1,T', 'b,p,d,s,V,2,T', 'a,p,d,s,V,3,other', 'b,p,d,s,V,2,T'));
    expect(error).toMatchObject({ code: 'DUPLICATE_ROWS', path: 't.csv:2' });
    expect(error.message).toContain('rows 2 and 4; rows 3 and 5');
    expect(error.fix).toContain('--replicates');
    expect(error.value).toMatchObject([{ rows: [2, 4] }, { rows: [3, 5] }]);
  });
  it.each(['', 'NaN', 'inf', '62,5', '71.2%', 'n/a', '-', '0x10'])('the score %j', (score) => {
    expect(errorOf(csv(HEAD, 'a,p,d,s,V,1,T', `a,p,d,s,G,"${score}",T`))).toMatchObject({
      code: 'BAD_SCORE',
      path: 't.csv:3:score',
      value: score,
    });
  });
  it.each<[string, string, Partial<TableInput>, object]>([
    [
      'an unknown column',
      csv('encoder,foo,score', 'a,b,1'),
      {},
      { code: 'UNKNOWN_COLUMN', path: 't.csv:1:foo' },
    ],
    [
      'a map of no column',
      csv('encoder,score', 'a,1'),
      { map: { enc: 'llm' } },
      { code: 'BAD_MAP', value: 'enc=llm' },
    ],
    [
      'two columns for an axis',
      csv('data,data_recipe,score', 'a,b,1'),
      {},
      { code: 'BAD_COLUMNS', value: ['data', 'data_recipe'] },
    ],
    ['no scores', csv('encoder,benchmark', 'a,V'), {}, { code: 'BAD_COLUMNS' }],
    [
      'two columns of scores beside a benchmark',
      csv('benchmark,score,value', 'V,1,2'),
      {},
      { code: 'BAD_COLUMNS' },
    ],
    [
      'a row of another length',
      csv('encoder,score', 'a,1', 'b,2,3'),
      {},
      { code: 'BAD_CSV', path: 't.csv:3' },
    ],
    ['a quote that never ends', csv('encoder,score', 'a,1', '"b,2'), {}, { code: 'BAD_CSV' }],
    ['a header alone', csv('encoder,score'), {}, { code: 'BAD_CSV' }],
    ['a column twice', csv('encoder,encoder,score', 'a,b,1'), {}, { code: 'BAD_CSV', value: 'encoder' }],
    [
      'an empty benchmark',
      csv('encoder,benchmark,score', 'a,,1'),
      {},
      { code: 'NO_BENCHMARK', path: 't.csv:2:benchmark' },
    ],
    ['a broken seed', csv('encoder,seed,score', 'a,1.5,1'), {}, { code: 'BAD_SEED', path: 't.csv:2:seed' }],
    [
      'an exclusion of nothing',
      csv('encoder,score', 'a,1'),
      { exclude: ['Average'] },
      { code: 'NOTHING_EXCLUDED' },
    ],
    ['everything excluded', csv('encoder,score', 'a,1'), { exclude: ['score'] }, { code: 'EMPTY_TABLE' }],
  ])('%s', (_, text, options, expected) => {
    const error = errorOf(text, options);
    expect(error).toMatchObject(expected);
    expect([error.rule, error.fix].every((part) => (part?.length ?? 0) > 5)).toBe(true);
  });
});
