import { levelRows, minus } from '../effects/levels.js';
import { grid, pairsOf, type Factor } from '../linear/factors.js';
import { fitter } from '../linear/fit.js';
import { moments } from '../linear/runs.js';
import { mixedModel, type GroupedRun } from '../nested/mixed-model.js';
import { pairedT } from '../paired/paired-t.js';
import { seededRandom } from '../random.js';

/*
 * How often 95 % intervals hold the truth, over simulated experiments: what the intervals of this library promise, put to the test.
 */

export interface Coverage {
  readonly contrast: string;
  readonly true: number;
  /** Share of the experiments whose interval holds the true value. */
  readonly coverage: number;
}
export interface Simulating {
  readonly simulations: number;
  readonly seed: number;
  readonly alpha?: number;
}

/** Counts intervals that hold what they should. */
function tally(contrasts: readonly { readonly contrast: string; readonly true: number }[]) {
  const held = contrasts.map(() => 0);
  const tried = contrasts.map(() => 0);
  return {
    add(i: number, { lo, hi }: { readonly lo: number | null; readonly hi: number | null }): void {
      if (lo === null || hi === null) return;
      tried[i] = (tried[i] as number) + 1;
      const truth = (contrasts[i] as { true: number }).true;
      if (lo <= truth && truth <= hi) held[i] = (held[i] as number) + 1;
    },
    result: (): Coverage[] =>
      contrasts.map((one, i) => ({ ...one, coverage: (held[i] as number) / (tried[i] as number) })),
  };
}

/**
 * Independent runs, `seeds` a cell with noise `sd`; `mean` of a cell's level numbers. Contrasts are the differences of marginal means of
 * all pairs of levels, named `axis:b-a`, under the two-way model.
 */
export function coverageOfEffects(
  factors: readonly Factor[],
  seeds: number,
  sd: number,
  mean: (levels: readonly number[]) => number,
  { simulations, seed, alpha = 0.05 }: Simulating,
): readonly Coverage[] {
  const random = seededRandom(seed);
  const cells = grid(factors).map((levels) => ({ levels, n: seeds }));
  const truth = cells.map(({ levels }) => mean(levels));
  const fitted = fitter(factors, cells, 'twoWay', alpha);
  const blank = fitted(cells.map(() => ({ mean: 0, ss: 0 })));
  const contrasts = factors.flatMap(({ name, levels }, axis) => {
    const rows = levelRows(blank, factors, axis);
    const trueMean = (level: number): number =>
      moments(truth.filter((_, i) => cells[i]?.levels[axis] === level)).mean;
    return pairsOf(levels.length).map(([a, b]) => ({
      contrast: `${name}:${levels[b]}-${levels[a]}`,
      true: trueMean(b) - trueMean(a),
      l: minus(rows[b] as Float64Array, rows[a] as Float64Array),
    }));
  });
  const count = tally(contrasts.map(({ l: _l, ...one }) => one));
  for (let s = 0; s < simulations; s++) {
    const model = fitted(
      truth.map((value) => moments(Array.from({ length: seeds }, () => value + sd * random.normal()))),
    );
    for (const [i, { l }] of contrasts.entries()) count.add(i, model.contrast(l));
  }
  return count.result();
}

/** Runs that share stages: variances, and how many of each. */
export interface SharedStages {
  readonly stagesPerCell: number;
  readonly finetunesPerStage: number;
  readonly stageSd: number;
  readonly residualSd: number;
  /** What the second level of the first axis adds. */
  readonly effect: number;
}

/**
 * Balanced nested replicates, every axis reaching the shared stage: coverage of the second level of the first axis less the first, by
 * stage means, and by runs taken as independent (which falls short).
 */
export function coverageOfNested(
  factors: readonly Factor[],
  { stagesPerCell, finetunesPerStage, stageSd, residualSd, effect }: SharedStages,
  { simulations, seed, alpha = 0.05 }: Simulating,
): { readonly aggregate: number; readonly naive: number } {
  const random = seededRandom(seed);
  const cells = grid(factors);
  const aggregate = fitter(
    factors,
    cells.map((levels) => ({ levels, n: stagesPerCell })),
    'twoWay',
    alpha,
  );
  const naive = fitter(
    factors,
    cells.map((levels) => ({ levels, n: stagesPerCell * finetunesPerStage })),
    'twoWay',
    alpha,
  );
  const rows = levelRows(aggregate(cells.map(() => ({ mean: 0, ss: 0 }))), factors, 0);
  const l = minus(rows[1] as Float64Array, rows[0] as Float64Array);
  const contrast = { contrast: 'second-first', true: effect };
  const [byStage, byRun] = [tally([contrast]), tally([contrast])];
  for (let s = 0; s < simulations; s++) {
    const scores = cells.map((levels) =>
      Array.from({ length: stagesPerCell }, () => {
        const stage = (levels[0] === 1 ? effect : 0) + stageSd * random.normal();
        return Array.from({ length: finetunesPerStage }, () => stage + residualSd * random.normal());
      }),
    );
    const means = scores.map((stages) => moments(stages.map((runs) => moments(runs).mean)));
    byStage.add(0, aggregate(means).contrast(l));
    byRun.add(0, naive(scores.map((stages) => moments(stages.flat()))).contrast(l));
  }
  return {
    aggregate: byStage.result()[0]?.coverage ?? NaN,
    naive: byRun.result()[0]?.coverage ?? NaN,
  };
}

export interface UnbalancedStages {
  readonly levelsBetween: number;
  readonly stagesPerLevel: number;
  readonly levelsWithin: number;
  readonly finetunesEach: number;
  readonly stageSd: number;
  readonly residualSd: number;
  readonly betweenEffect: number;
  readonly withinEffect: number;
  /** Probability that a run is lost. */
  readonly loss: number;
}

/** A split plot that loses runs, by REML: coverage of the second level less the first, of the axis between stages and of the one inside. */
export function coverageOfMixed(
  design: UnbalancedStages,
  { simulations, seed, alpha = 0.05 }: Simulating,
): { readonly between: number; readonly within: number; readonly shareAtBoundary: number } {
  const random = seededRandom(seed);
  const axis = (name: string, n: number): Factor => ({
    name,
    levels: Array.from({ length: n }, (_, i) => `${i}`),
    baseline: 0,
  });
  const factors = [axis('between', design.levelsBetween), axis('within', design.levelsWithin)];
  const count = tally([
    { contrast: 'between', true: design.betweenEffect },
    { contrast: 'within', true: design.withinEffect },
  ]);
  let boundary = 0;
  for (let s = 0; s < simulations; s++) {
    const runs: GroupedRun[] = [];
    for (let a = 0; a < design.levelsBetween; a++)
      for (let stage = 0; stage < design.stagesPerLevel; stage++) {
        const u = design.stageSd * random.normal();
        for (let b = 0; b < design.levelsWithin; b++)
          for (let r = 0; r < design.finetunesEach; r++) {
            const score =
              u + a * design.betweenEffect + b * design.withinEffect + design.residualSd * random.normal();
            if (random.uniform() >= design.loss) runs.push({ levels: [a, b], score, group: `${a}.${stage}` });
          }
      }
    const model = mixedModel(factors, runs, 'main', alpha);
    if (model.atBoundary) boundary++;
    const row = (levels: readonly number[]): Float64Array => model.design.row(levels);
    count.add(0, model.contrast(minus(row([1, 0]), row([0, 0]))));
    count.add(1, model.contrast(minus(row([0, 1]), row([0, 0]))));
  }
  const [between, within] = count.result();
  return {
    between: between?.coverage ?? NaN,
    within: within?.coverage ?? NaN,
    shareAtBoundary: boundary / simulations,
  };
}

/** Paired differences that are normal with this mean and sd. */
export function coverageOfPairs(
  mean: number,
  sd: number,
  pairs: number,
  { simulations, seed, alpha = 0.05 }: Simulating,
): number {
  const random = seededRandom(seed);
  const count = tally([{ contrast: 'pairs', true: mean }]);
  for (let s = 0; s < simulations; s++)
    count.add(
      0,
      pairedT(
        Array.from({ length: pairs }, () => mean + sd * random.normal()),
        alpha,
      ),
    );
  return count.result()[0]?.coverage ?? NaN;
}
