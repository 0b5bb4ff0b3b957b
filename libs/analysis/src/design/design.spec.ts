import { describe, expect, it } from '@jest/globals';
import { aliasedGroups, confounding, joinAxes } from './confounding.js';
import { fractionalDesign } from './fractional.js';

describe('confounding', () => {
  const rows = ['clip', 'siglip'].flatMap((encoder) =>
    ['base', 'share'].map((recipe) => ({
      encoder,
      data: recipe === 'base' ? 'llava' : 'sharegpt4v',
      recipe,
    })),
  );
  const report = confounding(['encoder', 'data', 'recipe'], rows);
  it('finds axes that move together and offers them one name', () => {
    expect(report.axesInDeficiency).toEqual(['data', 'recipe']);
    expect(aliasedGroups(report)).toEqual([['data', 'recipe']]);
    expect(joinAxes(rows[0] ?? {}, ['data', 'recipe'])).toEqual({
      encoder: 'clip',
      'data + recipe': 'llava + base',
    });
  });
  it('is cured by the joint axis', () => {
    const joined = rows.map((row) => joinAxes(row, ['data', 'recipe']));
    expect(confounding(['encoder', 'data + recipe'], joined).rankDeficiency).toBe(0);
  });
  it('names an axis that a row lacks', () => {
    expect(() => confounding(['encoder', 'llm'], rows)).toThrow(/no level of 'llm'/);
  });
});

describe('fractionalDesign', () => {
  it('refuses what is no generator', () => {
    expect(() => fractionalDesign(4, ['D=AE'])).toThrow(/no generator/);
    expect(() => fractionalDesign(5, ['D=AB', 'E=AD'])).toThrow(/may name ABC only/);
  });
  it('gives runs in which each word of the defining relation is constant', () => {
    const { runs, factors, definingRelation } = fractionalDesign(6, ['E=-ABC', 'F=BCD']);
    for (const { word, sign } of definingRelation)
      for (const run of runs)
        expect([...word].reduce((product, letter) => product * (run[factors.indexOf(letter)] ?? 0), 1)).toBe(
          sign,
        );
  });
});
