import { describe, expect, it } from '@jest/globals';
import type { Run } from '../linear/runs.js';
import { seededRandom } from '../random.js';
import { analyseNested } from './analyse-nested.js';

const axes = { encoder: ['clip', 'siglip'], strategy: ['base', 'share'] };

/** Two encoders with four pretrainings each, continued with both strategies; `stageSd` between pretrainings. */
function splitPlot(stageSd: number, seed: number): Run[] {
  const random = seededRandom(seed);
  return axes.encoder.flatMap((encoder, e) =>
    [0, 1, 2, 3].flatMap((stage) => {
      const u = stageSd * random.normal();
      return axes.strategy.map((strategy, s) => ({
        levels: { encoder, strategy },
        score: 60 + 2 * e + s + u + random.normal(),
        sharedStage: `${encoder}${stage}`,
      }));
    }),
  );
}

describe('analyseNested', () => {
  it('reports a balanced split plot by its exact parts, which equal REML', () => {
    const found = analyseNested({ axes, runs: splitPlot(3, 1), reachesSharedStage: ['encoder'] });
    expect([found.balanced, found.report]).toEqual([true, 'split']);
    const [exact] = found.aggregate?.main.vsBaseline['encoder'] ?? [];
    const mixed = found.mixedMain?.fixed.find(({ levels }) => levels['encoder'] === 'siglip');
    expect(found.mixedMain?.atBoundary).toBe(false);
    expect(mixed?.estimate).toBeCloseTo(exact?.estimate ?? NaN, 8);
    expect(mixed?.se).toBeCloseTo(exact?.se ?? NaN, 6);
    expect(mixed?.satterthwaiteDf).toBeCloseTo(6, 4);
    const inside = found.within?.main.coefficientsTreatment[0];
    const strategy = found.mixedMain?.fixed.find(({ levels }) => levels['strategy'] === 'share');
    expect(strategy?.se).toBeCloseTo(inside?.se ?? NaN, 6);
    expect(strategy?.satterthwaiteDf).toBeCloseTo(found.within?.main.dfResidual ?? NaN, 4);
  });

  it('takes REML where runs were lost, and pools with df n - p where the stage variance is zero', () => {
    const lost = (runs: Run[]) => runs.filter((_, i) => i % 5 !== 3);
    const found = analyseNested({ axes, runs: lost(splitPlot(3, 1)), reachesSharedStage: ['encoder'] });
    expect([found.balanced, found.report, found.aggregate]).toEqual([false, 'mixed', null]);
    const atZero = Array.from({ length: 20 }, (_, seed) =>
      analyseNested({ axes, runs: lost(splitPlot(0, seed)), reachesSharedStage: ['encoder'] }),
    ).filter(({ mixedMain }) => mixedMain?.atBoundary);
    expect(atZero.length).toBeGreaterThan(3);
    for (const { report, because, mixedMain } of atZero) {
      expect(report).toBe('pooled');
      expect(because).toMatch(/n - p/);
      expect(mixedMain?.stageVar).toBe(0);
      for (const { df, satterthwaiteDf } of mixedMain?.fixed ?? [])
        expect([df, satterthwaiteDf]).toEqual([(mixedMain?.n ?? 0) - 3, null]);
    }
  });

  it('has no mixed model where each cell has one shared stage: its noise cannot be told from the axes', () => {
    const runs = splitPlot(1, 1).map((run) => ({ ...run, sharedStage: run.levels['encoder'] as string }));
    const { mixedMain, aggregate } = analyseNested({ axes, runs, reachesSharedStage: ['encoder'] });
    expect(mixedMain).toBeNull();
    expect(aggregate?.main.msResidual).toBeNull();
  });

  it('refuses a run without a stage and a stage with two levels of an axis that reaches it', () => {
    const runs = splitPlot(1, 1);
    expect(() => analyseNested({ axes, runs, reachesSharedStage: ['encoder', 'strategy'] })).toThrow(
      /two levels of 'strategy'/,
    );
    const bare = runs.map(({ levels, score }) => ({ levels, score }));
    expect(() => analyseNested({ axes, runs: bare, reachesSharedStage: ['encoder'] })).toThrow(
      /names no shared stage/,
    );
  });

  it('has no NaN where runs of a stage are equal, or all are', () => {
    for (const flat of [
      splitPlot(1, 1).map((run) => ({ ...run, score: 60 })),
      splitPlot(1, 1).map((run, i) => ({ ...run, score: Math.floor(i / 2) })),
    ]) {
      const found = analyseNested({ axes, runs: flat, reachesSharedStage: ['encoder'] });
      const text = JSON.stringify(found, (_, value: unknown) =>
        typeof value === 'number' && !Number.isFinite(value) ? 'NaN' : value,
      );
      expect(text).not.toContain('"NaN"');
    }
  });
});
