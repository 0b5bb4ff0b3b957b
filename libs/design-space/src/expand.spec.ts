import { describe, expect, it } from '@jest/globals';
import { expand } from './expand.js';
import type { GridSpec, Level } from './spec.js';

const grid = (rest: Partial<GridSpec>): GridSpec => ({
  version: 1,
  project: 'demo',
  name: 'test',
  axes: { encoder: ['a', 'b'], connector: ['linear', 'mlp2x_gelu'] },
  ...rest,
});
const rows = (spec: GridSpec): Level[][] => expand(spec).cells.map(({ levels }) => Object.values(levels));
const LR = 'stages.finetune.learningRate';
const BATCH = 'stages.finetune.batchSize';

describe('the design', () => {
  it('multiplies the axes, the first slowest, in one order of axes', () => {
    expect(
      rows(grid({ axes: { [BATCH]: [8], connector: ['linear', 'mlp2x_gelu'], encoder: ['a', 'b'] } })),
    ).toEqual([
      ['a', 'linear', 8],
      ['a', 'mlp2x_gelu', 8],
      ['b', 'linear', 8],
      ['b', 'mlp2x_gelu', 8],
    ]);
  });

  it('moves zipped axes together', () => {
    const spec = grid({
      axes: { encoder: ['a'], llm: ['x', 'y', 'z'], [BATCH]: [16, 8, 8] },
      zip: [['llm', BATCH]],
    });
    expect(rows(spec)).toEqual([
      ['a', 'x', 16],
      ['a', 'y', 8],
      ['a', 'z', 8],
    ]);
  });

  it('drops an axis where its condition fails, and then what is equal collapses', () => {
    const spec = grid({
      axes: { encoder: ['a'], strategy: ['base', 'lora'], [LR]: [1e-3, 3e-4] },
      when: { [LR]: { strategy: ['base'] } },
    });
    expect(expand(spec).cells.map(({ levels }) => levels)).toEqual([
      { encoder: 'a', strategy: 'base', [LR]: 1e-3 },
      { encoder: 'a', strategy: 'base', [LR]: 3e-4 },
      { encoder: 'a', strategy: 'lora' },
    ]);
  });

  it('drops axes that hang on a dropped axis', () => {
    const spec = grid({
      axes: { encoder: ['a', 'b'], strategy: ['base', 'lora'], [LR]: [1, 2], [BATCH]: [8, 16] },
      when: { [LR]: { strategy: 'lora' }, [BATCH]: { [LR]: 2 }, strategy: { encoder: 'b' } },
    });
    expect(expand(spec).cells.map(({ levels }) => levels)).toEqual([
      { encoder: 'a' },
      { encoder: 'b', strategy: 'base' },
      { encoder: 'b', strategy: 'lora', [LR]: 1 },
      { encoder: 'b', strategy: 'lora', [BATCH]: 8, [LR]: 2 },
      { encoder: 'b', strategy: 'lora', [BATCH]: 16, [LR]: 2 },
    ]);
  });

  it('matches object levels by id or by the keys that are given', () => {
    const connectors: Level[] = [
      'linear',
      { id: 'resampler', numQueries: 16 },
      { id: 'resampler', numQueries: 32 },
    ];
    const left = (condition: Level): Level[] =>
      expand(grid({ axes: { connector: connectors }, exclude: [{ connector: condition }] })).cells.map(
        ({ levels }) => levels['connector'] as Level,
      );
    expect(left('resampler')).toEqual(['linear']);
    expect(left({ id: 'resampler' })).toEqual(['linear']);
    expect(left({ id: 'resampler', numQueries: 16 })).toEqual(['linear', connectors[2]]);
    expect(left({ id: 'linear' })).toEqual([connectors[1], connectors[2]]);
  });

  it('includes after exclude, filling from the baseline, zip partners together', () => {
    const spec = grid({
      axes: { encoder: ['a', 'b'], llm: ['x', 'y'], [BATCH]: [16, 8] },
      zip: [['llm', BATCH]],
      exclude: [{ encoder: 'b' }],
      include: [{ encoder: 'b' }, { encoder: 'b', llm: 'y' }, { encoder: 'c', llm: 'z' }, { encoder: 'a' }],
      baseline: { llm: 'y' },
    });
    expect(rows(spec)).toEqual([
      ['a', 'x', 16],
      ['a', 'y', 8],
      ['b', 'y', 8],
      ['c', 'z', 8],
    ]);
  });

  it('changes one axis of the baseline at a time, a zip group as one', () => {
    const spec = grid({
      axes: { encoder: ['a', 'b'], connector: ['p', 'q', 'r'], llm: ['x', 'y'], [BATCH]: [16, 8] },
      zip: [['llm', BATCH]],
      design: 'one_at_a_time',
      baseline: { connector: 'q', llm: 'y' },
    });
    const { cells, baselineId } = expand(spec);
    expect(cells.map(({ levels }) => Object.values(levels))).toEqual([
      ['a', 'q', 'y', 8],
      ['b', 'q', 'y', 8],
      ['a', 'p', 'y', 8],
      ['a', 'r', 'y', 8],
      ['a', 'q', 'x', 16],
    ]);
    expect(baselineId).toBe(cells[0]?.id);
  });

  it('draws random cells from what exclude leaves, the same for the same seed', () => {
    const axes = { encoder: ['a', 'b', 'c', 'd'], connector: ['1', '2', '3', '4', '5'] };
    const draw = (seed: number) =>
      expand(grid({ axes, exclude: [{ encoder: 'a' }], design: { random: { runs: 7, seed } } })).cells;
    const left = expand(grid({ axes, exclude: [{ encoder: 'a' }] })).cells.map(({ id }) => id);
    expect(draw(7)).toHaveLength(7);
    expect(draw(7)).toEqual(draw(7));
    expect(left).toEqual(expect.arrayContaining(draw(7).map(({ id }) => id)));
    expect(draw(8)).not.toEqual(draw(7));
  });

  it('says what exclude took from a fraction', () => {
    const axes = { encoder: ['a', 'b'], connector: ['p', 'q'], llm: ['x', 'y'], data: ['d', 'e'] };
    const whole = expand(grid({ axes, design: { fractional: { runs: 8 } } }));
    expect(whole.cells).toHaveLength(8);
    expect(whole.notes).toEqual([]);
    const cut = expand(
      grid({ axes, design: { fractional: { runs: 8 } }, exclude: [{ encoder: 'a', llm: 'x' }] }),
    );
    expect(cut.cells).toHaveLength(6);
    expect(cut.notes.join()).toMatch(
      /chose 8 runs, of which when and exclude left 6.*encoder: a 4 to 2.*llm: x 4 to 2/,
    );
    const few = expand(grid({ axes, design: { fractional: { runs: 3 } } }));
    expect(few.notes.join()).toMatch(/at least 5/);
  });

  it('notes an exclude that matched nothing and a baseline that has no run', () => {
    const spec = grid({
      baseline: { encoder: 'a', connector: 'linear' },
      exclude: [
        { encoder: 'a', connector: 'linear' },
        { encoder: 'a', connector: 'linear' },
      ],
    });
    expect(expand(spec)).toMatchObject({ baselineId: null, notes: [expect.stringContaining('baseline')] });
    const unused = expand(
      grid({
        axes: { encoder: ['a', 'b'], strategy: ['s', 't'] },
        when: { strategy: { encoder: 'b' } },
        exclude: [{ encoder: 'a', strategy: 's' }],
      }),
    );
    expect(unused.notes).toEqual(['exclude.0 matched no cell.']);
  });
});

describe('seeds', () => {
  it.each([
    [undefined, { values: [1], redraws: null }],
    [3, { values: [1, 2, 3], redraws: null }],
    [{ values: [4, 2] }, { values: [4, 2], redraws: null }],
    [
      { values: [1], redraws: ['finetune'] },
      { values: [1], redraws: ['finetune'] },
    ],
  ])('reads %j', (seeds, read) => {
    expect(expand(grid({ seeds })).seeds).toEqual(read);
  });
});

describe('what cannot be honoured is one error that names field, value, rule and fix', () => {
  const bad: [string, Partial<GridSpec>, string, string][] = [
    ['no axes', { axes: {} }, 'EMPTY_GRID', 'axes'],
    ['an axis without levels', { axes: { encoder: [] } }, 'EMPTY_AXIS', 'axes.encoder'],
    ['an unknown axis', { axes: { encodr: ['a'] } }, 'UNKNOWN_AXIS', 'axes.encodr'],
    ['an unknown axis in when', { when: { llm: { encoder: 'a' } } }, 'UNKNOWN_AXIS', 'when.llm'],
    [
      'an unknown axis in a condition',
      { when: { connector: { llm: 'a' } } },
      'UNKNOWN_AXIS',
      'when.connector.llm',
    ],
    [
      'an unknown level in a condition',
      { when: { connector: { encoder: ['a', 'z'] } } },
      'UNKNOWN_LEVEL',
      'when.connector.encoder',
    ],
    [
      'a circle of conditions',
      { when: { connector: { encoder: 'a' }, encoder: { connector: 'linear' } } },
      'WHEN_CYCLE',
      'when.connector',
    ],
    ['an unknown axis in zip', { zip: [['encoder', 'llm']] }, 'UNKNOWN_AXIS', 'zip.0.1'],
    [
      'unequal zip',
      { axes: { encoder: ['a'], llm: ['x', 'y'] }, zip: [['encoder', 'llm']] },
      'ZIP_UNEQUAL',
      'zip.0',
    ],
    [
      'an axis in two groups',
      {
        axes: { encoder: ['a'], llm: ['x'], data: ['d'] },
        zip: [
          ['encoder', 'llm'],
          ['llm', 'data'],
        ],
      },
      'ZIP_AXIS_TWICE',
      'zip.1.0',
    ],
    ['a zip of one', { zip: [['encoder']] }, 'ZIP_TOO_SHORT', 'zip.0'],
    ['an unknown axis in exclude', { exclude: [{ llm: 'x' }] }, 'UNKNOWN_AXIS', 'exclude.0.llm'],
    ['an unknown level in exclude', { exclude: [{ encoder: 'c' }] }, 'UNKNOWN_LEVEL', 'exclude.0.encoder'],
    ['a condition that says nothing', { exclude: [{}] }, 'EMPTY_CONDITION', 'exclude.0'],
    ['an empty list in a condition', { exclude: [{ encoder: [] }] }, 'EMPTY_CONDITION', 'exclude.0.encoder'],
    ['an unknown axis in baseline', { baseline: { llm: 'x' } }, 'UNKNOWN_AXIS', 'baseline.llm'],
    ['an unknown level in baseline', { baseline: { encoder: 'c' } }, 'UNKNOWN_LEVEL', 'baseline.encoder'],
    ['an unknown axis in include', { include: [{ llm: 'x' }] }, 'UNKNOWN_AXIS', 'include.0.llm'],
    [
      'an ambiguous level',
      {
        axes: {
          connector: [
            { id: 'r', n: 1 },
            { id: 'r', n: 2 },
          ],
        },
        baseline: { connector: 'r' },
      },
      'AMBIGUOUS_LEVEL',
      'baseline.connector',
    ],
    [
      'a baseline off the zip',
      {
        axes: { encoder: ['a', 'b'], llm: ['x', 'y'] },
        zip: [['encoder', 'llm']],
        baseline: { encoder: 'a', llm: 'y' },
      },
      'NOT_A_ZIP_POSITION',
      'baseline',
    ],
    [
      'an include against when',
      {
        axes: { encoder: ['a', 'b'], connector: ['p'] },
        when: { connector: { encoder: 'a' } },
        include: [{ encoder: 'b', connector: 'p' }],
      },
      'INCLUDE_CONTRADICTS_WHEN',
      'include.0.connector',
    ],
    ['an empty grid', { exclude: [{ encoder: ['a', 'b'] }] }, 'EMPTY_GRID', 'exclude'],
    ['one_at_a_time without a baseline', { design: 'one_at_a_time' }, 'BASELINE_REQUIRED', 'baseline'],
    [
      'more random runs than cells',
      { design: { random: { runs: 5 } } },
      'RUNS_OUT_OF_RANGE',
      'design.random.runs',
    ],
    [
      'more fractional runs than combinations',
      { design: { fractional: { runs: 5 } } },
      'RUNS_OUT_OF_RANGE',
      'design.fractional.runs',
    ],
    ['no seeds', { seeds: 0 }, 'BAD_SEEDS', 'seeds'],
    ['a seed twice', { seeds: { values: [1, 2, 1] } }, 'BAD_SEEDS', 'seeds.values.2'],
    [
      'a seed that is no number of 32 bits',
      { seeds: { values: [1, 2 ** 32] } },
      'BAD_SEEDS',
      'seeds.values.1',
    ],
    [
      'early stopping',
      { earlyStop: { kind: 'asha', metric: 'loss', reduction: 3, minSteps: 50 } },
      'NOT_IN_THIS_BUILD',
      'earlyStop',
    ],
    [
      'a grid too large',
      {
        axes: Object.fromEntries(
          'abcdefg'.split('').map((x) => [`s.${x}`, Array.from({ length: 10 }, (_, i) => i)]),
        ),
      },
      'GRID_TOO_LARGE',
      'axes',
    ],
  ];
  it.each(bad)('%s', (_, rest, code, path) => {
    const error: unknown = (() => {
      try {
        return expand(grid(rest));
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({
      code,
      path,
      rule: expect.stringMatching(/./),
      fix: expect.stringMatching(/./),
    });
  });

  it('proposes the name that was meant', () => {
    expect(() => expand(grid({ baseline: { encodr: 'a' } }))).toThrow(
      expect.objectContaining({ fix: "Did you mean 'encoder'? There are: encoder, connector." }),
    );
  });
});
