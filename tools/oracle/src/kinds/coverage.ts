import {
  coverageOfEffects,
  coverageOfMixed,
  coverageOfNested,
  coverageOfPairs,
  factorsOf,
} from '@ablate/analysis';
import type { Comparison, Wrong } from '../compare.js';
import type { JsonObject, OracleCase } from '../oracle-case.js';

/** A contrast that the case lists, with the value that its design gives it. */
interface Listed {
  readonly contrast: string;
  readonly true: number | null;
}
interface Balanced {
  readonly axes: Readonly<Record<string, readonly string[]>>;
  readonly seeds: number;
  readonly sd: number;
  readonly main_effects: Readonly<Record<string, readonly number[]>>;
  readonly interaction?: {
    readonly axes: readonly [string, string];
    readonly matrix: readonly (readonly number[])[];
  };
  readonly reached?: { readonly contrasts?: readonly Listed[] };
}

const number = (source: JsonObject, key: string, pattern: RegExp, fallback: number): number => {
  const value = source[key];
  if (typeof value === 'number') return value;
  const model = source['model'];
  const found = typeof model === 'string' ? pattern.exec(model)?.[1] : undefined;
  return found === undefined ? fallback : Number(found);
};

/**
 * The designs to simulate stand in the answers; the digits that another generator reached are no target. Graded: the range that the case
 * requires of each listed contrast, its true value, and that runs taken as independent fall short.
 */
export function coverage({ spec, expected }: OracleCase): Comparison {
  const simulating = {
    simulations: Number(spec['simulations'] ?? 2000),
    seed: 20240715,
    alpha: spec.alpha ?? 0.05,
  };
  const [low, high] = spec['required'] as readonly [number, number];
  const wrong: Wrong[] = [];
  let [figures, worst] = [0, 0];
  const within = (path: string, value: number | undefined, from = low, to = high): void => {
    figures++;
    if (value !== undefined && from === low)
      worst = Math.max(worst, Math.abs(value - (1 - simulating.alpha)));
    if (!(value !== undefined && value >= from && value <= to))
      wrong.push({ path, expected: `${from} to ${to}`, found: value });
  };

  if (expected['balanced']) {
    const design = expected['balanced'] as unknown as Balanced;
    const factors = factorsOf({ axes: design.axes });
    const names = Object.keys(design.axes);
    const cross = design.interaction;
    const mean = (levels: readonly number[]): number => {
      const main = names.reduce(
        (sum, name, axis) => sum + (design.main_effects[name]?.[levels[axis] ?? 0] ?? 0),
        60,
      );
      if (!cross) return main;
      const [i, j] = cross.axes.map((name) => levels[names.indexOf(name)] ?? 0);
      return main + (cross.matrix[i ?? 0]?.[j ?? 0] ?? 0);
    };
    const found = coverageOfEffects(factors, design.seeds, design.sd, mean, simulating);
    const listed: readonly Listed[] =
      design.reached?.contrasts ?? found.map(({ contrast }) => ({ contrast, true: null }));
    for (const { contrast, true: truth } of listed) {
      const own = found.find((one) => one.contrast === contrast);
      within(`balanced.${contrast}`, own?.coverage);
      if (typeof truth !== 'number') continue;
      figures++;
      if (!(own && Math.abs(own.true - truth) <= 1e-9))
        wrong.push({ path: `balanced.${contrast}.true`, expected: truth, found: own?.true });
    }
  }
  if (expected['nested_between']) {
    const design = expected['nested_between'] as JsonObject;
    const found = coverageOfNested(
      factorsOf({ axes: design['axes'] as Readonly<Record<string, readonly string[]>> }),
      {
        stagesPerCell: Number(design['stages_per_cell']),
        finetunesPerStage: Number(design['finetunes_per_stage']),
        stageSd: Number(design['stage_sd']),
        residualSd: Number(design['residual_sd']),
        effect: Number(design['true'] ?? 1),
      },
      simulating,
    );
    within('nested_between.aggregate', found.aggregate);
    within('nested_between.naive (must fall short)', found.naive, 0, low);
  }
  if (expected['nested_unbalanced_mixed']) {
    const design = expected['nested_unbalanced_mixed'] as JsonObject;
    // The axis between stages gives keys their names: encoders, stages_per_encoder.
    const per = Object.keys(design).find((key) => key.startsWith('stages_per_')) ?? '';
    const between = per.slice('stages_per_'.length);
    const figure = (name: string): number =>
      Number(design[Object.keys(design).find((key) => key === name || key.endsWith(name)) ?? '']);
    const found = coverageOfMixed(
      {
        levelsBetween: figure(`${between}s`),
        stagesPerLevel: figure(`stages_per_${between}`),
        levelsWithin: figure('_within'),
        finetunesEach: figure('_each'),
        stageSd: number(design, 'stage_sd', /stage_sd ([\d.]+)/, 1),
        residualSd: number(design, 'residual_sd', /residual_sd ([\d.]*\d)/, 0.7),
        betweenEffect: number(design, 'between_effect', /([\d.]+) \w+ \+ [\d.]+ \w+ \+ e/, 1),
        withinEffect: number(design, 'within_effect', /[\d.]+ \w+ \+ ([\d.]+) \w+ \+ e/, 0.5),
        loss: number(design, 'loss', /probability ([\d.]*\d)/, 0.25),
      },
      { ...simulating, simulations: Number(design['simulations'] ?? simulating.simulations) },
    );
    within('nested_unbalanced_mixed.between.satterthwaite', found.between);
    within('nested_unbalanced_mixed.within.satterthwaite', found.within);
  }
  if (expected['paired']) {
    const design = expected['paired'] as JsonObject;
    const mean = number(design, 'mean', /N\((-?[\d.]+)/, 0);
    const sd = number(design, 'sd', /N\([^,]+, *([\d.]+)\^2/, 1);
    within('paired', coverageOfPairs(mean, sd, Number(design['pairs']), simulating));
  }
  return { figures, worst, wrong };
}
