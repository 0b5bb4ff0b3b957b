import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Estimate } from '../linear/estimate.js';
import type { Run } from '../linear/runs.js';
import { analyseEffects, type EffectsInput } from './analyse-effects.js';

/** Tables of one to three axes; cells have none to three runs, so that levels, cells and whole blocks may be missing. */
const table = fc
  .record({
    sizes: fc.array(fc.integer({ min: 2, max: 3 }), { minLength: 1, maxLength: 3 }),
    counts: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 27, maxLength: 27 }),
    noise: fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 81, maxLength: 81 }),
    baseline: fc.nat(),
  })
  .map(({ sizes, counts, noise, baseline }): EffectsInput => {
    const axes = Object.fromEntries(
      sizes.map((size, axis) => [`axis${axis}`, Array.from({ length: size }, (_, i) => `l${axis}${i}`)]),
    );
    let cells: Record<string, string>[] = [{}];
    for (const [name, levels] of Object.entries(axes))
      cells = cells.flatMap((cell) => levels.map((level) => ({ ...cell, [name]: level })));
    const runs = cells.flatMap((levels, cell) =>
      Array.from({ length: counts[cell] ?? 0 }, (_, seed): Run => {
        const score = 60 + (noise[3 * cell + seed] ?? 0) / 100;
        return { levels, score, seed };
      }),
    );
    const reference = Object.fromEntries(
      Object.entries(axes).map(([name, levels]) => [name, levels[baseline % levels.length] as string]),
    );
    return { axes, baseline: reference, runs };
  })
  .filter(({ runs }) => runs.length > 1);

const close = (a: number | null, b: number | null, scale = 1): boolean =>
  a === null || b === null ? a === b : Math.abs(a - b) <= 1e-7 * (scale + Math.abs(a));

/** Figures by what they are about, free of the order of levels: differences are turned so that they go from the lesser name up. */
function figures(input: EffectsInput): Map<string, number | null> {
  const found = new Map<string, number | null>();
  const report = analyseEffects(input);
  for (const [order, model] of Object.entries(report.models)) {
    for (const key of ['rank', 'ssTotal', 'ssResidual', 'dfResidual'] as const)
      found.set(`${order} ${key}`, model[key]);
    for (const { term, df, ss, p } of model.anovaType2) {
      const name = `${order} ${term.join(':')}`;
      found.set(`${name} df`, df).set(`${name} ss`, ss);
      // A test of rounding against rounding says nothing.
      if (model.ssResidual > 1e-9 && df > 0) found.set(`${name} p`, p);
    }
    const put = (name: string, { estimate, se }: Estimate, sign = 1): void => {
      found.set(`${order} ${name}`, estimate === null ? null : sign * estimate);
      found.set(`${order} ${name} se`, se);
    };
    for (const [axis, means] of Object.entries(model.marginalMeans))
      for (const mean of means) put(`${axis} ${mean.level}`, mean);
    for (const [axis, pairs] of Object.entries(model.pairwise))
      for (const pair of pairs)
        put(`${axis} ${[pair.a, pair.b].sort().join(' ')} difference`, pair, pair.a < pair.b ? 1 : -1);
    for (const cells of Object.values(model.interactionEffects))
      for (const cell of cells) put(`interaction ${Object.values(cell.levels).sort().join(' ')}`, cell);
  }
  return found;
}

function expectSame(a: Map<string, number | null>, b: Map<string, number | null>): void {
  expect([...b.keys()].sort()).toEqual([...a.keys()].sort());
  const off = [...a].filter(([key, value]) => !close(value, b.get(key) ?? null));
  expect(off.map(([key, value]) => [key, value, b.get(key)])).toEqual([]);
}

const shuffled = <T>(items: readonly T[], seed: number): T[] =>
  items
    .map((item, i) => ({ item, key: Math.sin(seed + 31 * i) }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);

describe('effects', () => {
  it('do not depend on the order of runs', () => {
    fc.assert(
      fc.property(table, fc.nat(), (input, seed) =>
        expectSame(figures(input), figures({ ...input, runs: shuffled(input.runs, seed) })),
      ),
      { numRuns: 30 },
    );
  });

  it('do not depend on the order of levels', () => {
    fc.assert(
      fc.property(table, fc.nat(), (input, seed) => {
        const axes = Object.fromEntries(
          Object.entries(input.axes).map(([name, levels]) => [name, shuffled(levels, seed)]),
        );
        expectSame(figures(input), figures({ ...input, axes }));
      }),
      { numRuns: 30 },
    );
  });

  it('shift by a constant added to all scores, in means only', () => {
    fc.assert(
      fc.property(table, fc.integer({ min: -500, max: 500 }), (input, constant) => {
        const before = figures(input);
        const runs = input.runs.map((run) => ({ ...run, score: (run.score ?? 0) + constant }));
        const moved = new Map(
          [...before].map(([key, value]) => {
            const mean = /^\w+ axis\d l\d\d$/.test(key);
            return [key, value !== null && mean ? value + constant : value];
          }),
        );
        expectSame(moved, figures({ ...input, runs }));
      }),
      { numRuns: 30 },
    );
  });

  it('are recovered exactly without noise wherever they are said to be estimable, and some are not', () => {
    let [estimable, withheld] = [0, 0];
    fc.assert(
      fc.property(
        table,
        fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 12, maxLength: 12 }),
        (input, worth) => {
          const names = Object.keys(input.axes);
          const value = (axis: number, level: string): number =>
            worth[4 * axis + Number(level.slice(2))] ?? 0;
          const runs = input.runs.map((run) => ({
            ...run,
            score: names.reduce((sum, name, axis) => sum + value(axis, run.levels[name] as string), 50),
          }));
          for (const model of Object.values(analyseEffects({ ...input, runs }).models))
            for (const [axis, name] of names.entries())
              for (const { a, b, estimate } of model.pairwise[name] ?? []) {
                if (estimate === null) withheld++;
                else {
                  estimable++;
                  expect(estimate).toBeCloseTo(value(axis, b) - value(axis, a), 8);
                }
              }
        },
      ),
      { numRuns: 50 },
    );
    expect(estimable).toBeGreaterThan(100);
    expect(withheld).toBeGreaterThan(10);
  });

  it('have no NaN and no negative sum of squares, whatever is missing', () => {
    const numbers = (value: unknown): number[] =>
      typeof value === 'number'
        ? [value]
        : typeof value === 'object' && value !== null
          ? Object.values(value).flatMap(numbers)
          : [];
    fc.assert(
      fc.property(table, fc.boolean(), (input, constant) => {
        const runs = constant ? input.runs.map((run) => ({ ...run, score: 59.3 })) : input.runs;
        const report = analyseEffects({ ...input, runs });
        expect(numbers(report).filter((value) => !Number.isFinite(value))).toEqual([]);
        for (const { anovaType2, ssResidual } of Object.values(report.models))
          expect(Math.min(ssResidual, ...anovaType2.map(({ ss }) => ss))).toBeGreaterThanOrEqual(0);
      }),
      { numRuns: 30 },
    );
  });
});
