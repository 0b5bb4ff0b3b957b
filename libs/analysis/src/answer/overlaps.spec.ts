import { describe, expect, it } from '@jest/globals';
import type { Run } from '../linear/runs.js';
import { answerEffects } from './answer-effects.js';

/** Levels of the axes, separated by slashes, with their scores. */
const rows = (names: readonly string[], ...texts: readonly [string, number][]): Run[] =>
  texts.map(([text, score]) => ({
    levels: Object.fromEntries(text.split('/').map((level, i) => [names[i] as string, level])),
    score,
  }));

/** VQAv2 of the TinyLLaVA paper (arXiv:2402.14289v1, Table A1): data and strategy move together. */
const printed = [74.0, 75.8, 74.9, 78.1, 76.6, 79.2, 75.2, 76.9, 76.3, 78.9, 77.7, 79.9];
const published = rows(
  ['encoder', 'connector', 'llm', 'data', 'strategy'],
  ...printed.map((score, i): [string, number] => {
    const llm = ['tinyllama', 'stablelm', 'phi'][Math.floor(i / 2) % 3];
    return [
      `${i % 2 === 0 ? 'clip' : 'siglip'}/mlp/${llm}/${i < 6 ? 'llava/base' : 'sharegpt4v/share'}`,
      score,
    ];
  }),
);
const tinyllava = {
  encoder: ['clip', 'siglip'],
  connector: ['mlp'],
  llm: ['tinyllama', 'stablelm', 'phi'],
  data: ['llava', 'sharegpt4v'],
  strategy: ['base', 'share'],
};

describe('a published table in which data and strategy always change together', () => {
  it('gives no figure for either, and the others adjusted for both: the figures of statsmodels', () => {
    const answer = answerEffects({ axes: tinyllava, runs: published });
    const { aliases: _, withheld, notes: __, missingCells: ___, axes: ____, ...figures } = answer;
    expect(withheld.map(({ axis }) => axis)).toEqual(['data + strategy']);
    expect(JSON.stringify(figures)).not.toMatch(/share|strategy/);
    const siglip = answer.differences.find(({ level }) => level === 'siglip');
    expect(siglip?.estimate).toBeCloseTo(2.35, 9);
    expect(siglip?.se).toBeCloseTo(0.1991051409252336, 9);
    expect(siglip?.df).toBe(7);
  });

  it('speaks of no seed noise where each cell ran once, and leaves a two-way model two degrees of freedom', () => {
    const answer = answerEffects({
      axes: tinyllava,
      runs: published,
      order: 'twoWay',
      joint: [['data', 'strategy']],
      baseline: { data: 'sharegpt4v', strategy: 'share' },
    });
    expect(answer.differences.map(({ df }) => df)).toEqual([2, 2, 2, 2]);
    expect(
      answer.differences.every(({ sentence }) => sentence.includes('noise between seeds is not known')),
    ).toBe(true);
    expect(answer.differences.at(-1)).toMatchObject({
      level: 'llava + base',
      baseline: 'sharegpt4v + share',
    });
    expect(answer.differences.at(-1)?.estimate).toBeCloseTo(-1.05, 9);
  });
});

describe('other overlaps', () => {
  const encoders = rows(
    ['encoder', 'connector', 'llm'],
    ['a/x/p', 1],
    ['b/x/p', 2],
    ['c/y/p', 4],
    ['a/x/q', 2],
    ['b/x/q', 3.5],
    ['c/y/q', 5],
  );
  it('an axis that another fixes is withheld, and the other one says whose effect it shows', () => {
    const answer = answerEffects({
      axes: { encoder: ['a', 'b', 'c'], connector: ['x', 'y'], llm: ['p', 'q'] },
      runs: encoders,
    });
    expect(answer.aliases).toEqual([
      {
        axes: ['encoder', 'connector'],
        sentence: expect.stringContaining('the effect of encoder is that of both'),
      },
    ]);
    expect(answer.withheld.map(({ axis }) => axis)).toEqual(['connector']);
    expect(answer.differences.map(({ level, estimable }) => `${level} ${estimable}`)).toEqual([
      'b true',
      'c true',
      'q true',
    ]);
    expect(answer.differences[1]?.estimate).toBeCloseTo(3, 9);
  });

  it('axes that overlap in part keep what can be told, and say what cannot', () => {
    const answer = answerEffects({
      axes: { data: ['none', 'small', 'large'], strategy: ['one', 'two', 'full'] },
      runs: rows(
        ['data', 'strategy'],
        ['none/one', 1],
        ['small/two', 2],
        ['large/two', 3],
        ['small/full', 3],
        ['large/full', 4.5],
      ),
    });
    expect(answer.withheld).toEqual([]);
    expect(answer.aliases[0]?.sentence).toBe(
      'data and strategy overlap in part (1 degree of freedom): 1 of 3 differences of data and 1 of 3 differences of strategy can be told.',
    );
    const sizes = answer.pairs.filter(({ axis }) => axis === 'data');
    expect(sizes.map(({ a, b, estimable }) => `${a} ${b} ${estimable}`)).toEqual([
      'none small false',
      'none large false',
      'small large true',
    ]);
    expect(answer.differences[0]).toMatchObject({
      verdict: 'not estimable',
      sentence: expect.stringContaining('overlap in part'),
    });
  });

  it('blocks without a common level are named', () => {
    const answer = answerEffects({
      axes: { encoder: ['a', 'b', 'c', 'd'], llm: ['p', 'q', 'r', 's'] },
      runs: rows(
        ['encoder', 'llm'],
        ['a/p', 1],
        ['a/q', 2],
        ['b/p', 2],
        ['b/q', 4],
        ['c/r', 1],
        ['c/s', 3],
        ['d/r', 2],
        ['d/s', 5],
      ),
    });
    expect(answer.aliases[0]?.sentence).toContain(
      '2 of 6 differences of encoder and 2 of 6 differences of llm',
    );
  });

  it('axes that only together fix another are named, and nothing is claimed of what is not left', () => {
    const answer = answerEffects({
      axes: { a: ['0', '1'], b: ['0', '1'], sum: ['0', '1', '2'] },
      runs: rows(['a', 'b', 'sum'], ['0/0/0', 1], ['0/1/1', 2], ['1/0/1', 3], ['1/1/2', 5]),
    });
    expect(answer.aliases).toEqual([
      { axes: ['a', 'b', 'sum'], sentence: expect.stringContaining('a, b and sum depend on each other') },
    ]);
    expect(answer.withheld.map(({ axis }) => axis)).toEqual(['a', 'b']);
    expect(answer.differences.every(({ axis }) => axis === 'sum')).toBe(true);
  });

  it('a group that another axis fixes is told and withheld once', () => {
    const runs = published.map((run) => ({
      ...run,
      levels: { ...run.levels, model: `${run.levels['llm']} ${run.levels['data']}` },
    }));
    const answer = answerEffects({
      axes: { ...tinyllava, model: [...new Set(runs.map(({ levels }) => levels.model))] },
      runs,
    });
    expect(answer.withheld.map(({ axis }) => axis).sort()).toEqual(['data', 'llm', 'strategy']);
    expect(answer.differences.map(({ axis }) => axis)).toEqual([
      'encoder',
      ...Array<string>(5).fill('model'),
    ]);
  });

  it('a single cell has nothing to compare', () => {
    const answer = answerEffects({ axes: { llm: ['p', 'q'] }, runs: rows(['llm'], ['p', 1]) });
    expect([answer.differences, answer.constant]).toEqual([[], { llm: 'p' }]);
  });
});
