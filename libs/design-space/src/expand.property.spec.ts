import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { contentId } from './canonical.js';
import { expand } from './expand.js';
import { fraction } from './fraction.js';
import { namesLevel } from './levels.js';
import type { GridSpec, Level, Levels } from './spec.js';

const AXES = ['encoder', 'connector', 'llm', 'stages.finetune.learningRate', 'stages.pretrain.epochs'];
const level = fc.oneof(
  fc.constantFrom<Level>('p', 'q', 'r', 1, 2, 0.001, true),
  fc.record({ id: fc.constantFrom('p', 'q'), n: fc.integer({ min: 0, max: 2 }) }),
);
const axesOf = fc
  .uniqueArray(fc.constantFrom(...AXES), { minLength: 1 })
  .chain((names) =>
    fc.record(
      Object.fromEntries(names.map((name) => [name, fc.array(level, { minLength: 1, maxLength: 4 })])),
    ),
  );
const someLevels = (axes: Record<string, Level[]>): fc.Arbitrary<Levels> => {
  const fields = Object.entries(axes).map(([name, levels]) => [name, fc.constantFrom(...levels)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<Level>>, {
    requiredKeys: [],
  }) as fc.Arbitrary<Levels>;
};
const gridOf: fc.Arbitrary<GridSpec> = axesOf.chain((axes) =>
  fc
    .array(
      someLevels(axes).filter((condition) => Object.keys(condition).length > 0),
      { maxLength: 3 },
    )
    .map((exclude): GridSpec => ({ version: 1, project: 'p', name: 'n', axes, exclude })),
);
const reversed = <T extends object>(value: T): T => Object.fromEntries(Object.entries(value).reverse()) as T;
const tryExpand = (spec: GridSpec) => {
  try {
    return expand(spec).cells;
  } catch (error) {
    expect(error).toMatchObject({ code: 'EMPTY_GRID' });
    return [];
  }
};

describe('any grid', () => {
  it('has ids and an order that reordering keys does not change', () => {
    fc.assert(
      fc.property(gridOf, (spec) => {
        const other = reversed({
          ...spec,
          axes: reversed(
            Object.fromEntries(
              Object.entries(spec.axes).map(([name, levels]) => [
                name,
                levels.map((x) => (typeof x === 'object' && x !== null ? reversed(x) : x)),
              ]),
            ),
          ),
          exclude: (spec.exclude ?? []).map(reversed),
        });
        expect(tryExpand(other)).toEqual(tryExpand(spec));
      }),
    );
  });

  it('has no cell twice, none that exclude names, and every other one', () => {
    fc.assert(
      fc.property(gridOf, (spec) => {
        const matches = (levels: Levels): boolean =>
          (spec.exclude ?? []).some((condition) =>
            Object.entries(condition).every(([name, wanted]) =>
              namesLevel(wanted as Level, levels[name] as Level),
            ),
          );
        // An independent product, as sets of ids.
        const all = Object.entries(spec.axes).reduce<Levels[]>(
          (partial, [name, levels]) => partial.flatMap((one) => levels.map((x) => ({ ...one, [name]: x }))),
          [{}],
        );
        const wanted = new Set(all.filter((levels) => !matches(levels)).map((levels) => contentId(levels)));
        const cells = tryExpand(spec);
        expect(new Set(cells.map(({ id }) => id)).size).toBe(cells.length);
        expect(new Set(cells.map(({ id }) => id))).toEqual(wanted);
        for (const { id, levels } of cells) expect(contentId(levels)).toBe(id);
      }),
    );
  });

  it('has as many one_at_a_time cells as other levels, and one', () => {
    fc.assert(
      fc.property(axesOf, (axes) => {
        const baseline = Object.fromEntries(
          Object.entries(axes).map(([name, levels]) => [name, levels[0] as Level]),
        );
        const { cells } = expand({
          version: 1,
          project: 'p',
          name: 'n',
          axes,
          baseline,
          design: 'one_at_a_time',
        });
        const others = Object.values(axes).map((levels) => new Set(levels.map((x) => contentId(x))).size - 1);
        expect(cells).toHaveLength(1 + others.reduce((sum, n) => sum + n, 0));
      }),
    );
  });
});

describe('a fraction', () => {
  const shape = fc.array(fc.integer({ min: 2, max: 4 }), { minLength: 2, maxLength: 5 }).chain((levels) =>
    fc.record({
      levels: fc.constant(levels),
      runs: fc.integer({
        min: 1,
        max: Math.min(
          40,
          levels.reduce((a, b) => a * b, 1),
        ),
      }),
      seed: fc.nat(100),
    }),
  );

  it('has as many distinct runs as asked for, the same for the same seed', () => {
    fc.assert(
      fc.property(shape, ({ levels, runs, seed }) => {
        const rows = fraction(levels, runs, seed);
        expect(new Set(rows.map(String)).size).toBe(runs);
        expect(rows.every((row) => row.every((x, k) => x >= 0 && x < (levels[k] as number)))).toBe(true);
        expect(fraction(levels, runs, seed)).toEqual(rows);
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    [[2, 2, 2], 4],
    [[2, 2, 2, 2, 2, 2, 2], 8],
    [[3, 3, 3, 3], 9],
    [[2, 3, 3], 18],
    [[4, 2, 2, 2], 8],
  ])('of %j in %i runs is an orthogonal array: every pair of levels equally often', (levels, runs) => {
    const rows = fraction(levels, runs, 0);
    for (let a = 0; a < levels.length; a++)
      for (let b = 0; b < a; b++) {
        const pairs = new Map<string, number>();
        for (const row of rows) pairs.set(`${row[a]} ${row[b]}`, (pairs.get(`${row[a]} ${row[b]}`) ?? 0) + 1);
        expect([...pairs.values()]).toEqual(
          Array(levels[a]! * levels[b]!).fill(runs / (levels[a]! * levels[b]!)),
        );
      }
  });

  it.each([
    [[2, 3, 2, 2], 12],
    [[2, 2, 3, 2, 2], 11],
  ])('of %j in %i runs has every level equally often, give or take one', (levels, runs) => {
    const rows = fraction(levels, runs, 0);
    levels.forEach((count, k) => {
      const uses = Array.from({ length: count }, (_, x) => rows.filter((row) => row[k] === x).length);
      expect(Math.max(...uses) - Math.min(...uses)).toBeLessThanOrEqual(1);
    });
  });
});

it('expands 100,000 cells', () => {
  const names = (n: number) => Array.from({ length: n }, (_, i) => `level-${i}`);
  const { cells } = expand({
    version: 1,
    project: 'p',
    name: 'n',
    axes: { encoder: names(10), connector: names(10), llm: names(10), data: names(10), strategy: names(10) },
  });
  expect(new Set(cells.map(({ id }) => id)).size).toBe(100_000);
});
