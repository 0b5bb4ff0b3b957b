import { holm } from '../corrections.js';
import type { EffectsInput } from '../effects/analyse-effects.js';
import { groupBy } from '../group-by.js';
import type { Estimate } from '../linear/estimate.js';
import { factorsOf, type Factor } from '../linear/factors.js';
import { usable } from '../linear/runs.js';
import { analyseNested, type NestedReport } from '../nested/analyse-nested.js';
import type { MixedEstimate, MixedModel } from '../nested/mixed-model.js';
import { bare, ofModel, type DifferenceFigure, type Figures, type TermFigure } from './figures.js';

/** Axes that no shared stage has two levels of: a change of one means another run of the stage. */
export function reachesOf(input: EffectsInput): string[] {
  const groups = groupBy(usable(input.runs).used, ({ sharedStage }) => sharedStage ?? '');
  return Object.keys(input.axes).filter((axis) =>
    [...groups.values()].every((runs) => new Set(runs.map(({ levels }) => levels[axis])).size === 1),
  );
}

/** Differences and pairs of every axis as contrasts of the mixed model's fixed effects. */
function ofMixed(
  model: MixedModel,
  factors: readonly Factor[],
  input: EffectsInput,
): Omit<Figures, 'method' | 'because'> {
  const everywhere = factors.map(() => -1);
  const row = (axis: number, level: number): Float64Array => model.design.row(everywhere.with(axis, level));
  const { used } = usable(input.runs);
  const contrast = (axis: number, a: number, b: number): MixedEstimate => {
    const from = row(axis, a);
    return model.contrast(row(axis, b).map((value, i) => value - (from[i] as number)));
  };
  const between = (axis: number, a: number, b: number): Estimate => bare(contrast(axis, a, b));
  const withDf = (axis: number, a: number, b: number): Estimate & { readonly df: number | null } => ({
    df: contrast(axis, a, b).df,
    ...between(axis, a, b),
  });
  return {
    residualSd: model.residualSd,
    terms: [],
    means: factors.flatMap(({ name, levels }, axis) =>
      levels.map((level, i) => ({
        axis: name,
        level,
        n: used.filter((run) => run.levels[name] === level).length,
        ...bare(model.contrast(row(axis, i))),
      })),
    ),
    differences: factors.flatMap(({ name, levels, baseline }, axis) =>
      levels.flatMap((level, i) =>
        i === baseline
          ? []
          : [{ axis: name, level, baseline: levels[baseline] as string, ...withDf(axis, baseline, i) }],
      ),
    ),
    pairs: factors.flatMap(({ name, levels }, axis) => {
      const pairs = levels.flatMap((b, i) =>
        levels.slice(0, i).map((a, j) => ({ axis: name, a, b, pTukey: null, ...between(axis, j, i) })),
      );
      const corrected = holm(pairs.map(({ p }) => p));
      return pairs.map((pair, i) => ({ ...pair, pHolm: corrected[i] ?? null }));
    }),
    interactions: [],
  };
}

const nothing = { residualSd: null, terms: [], means: [], differences: [], pairs: [], interactions: [] };

/** Balanced: axes that reach the shared stage on one mean a stage, the others inside stages. */
function ofBalanced(
  { aggregate, within }: NestedReport,
  order: 'main' | 'twoWay',
  factors: readonly Factor[],
): Omit<Figures, 'method' | 'because'> {
  const between = aggregate ? ofModel(aggregate[order], factors) : nothing;
  if (!within) return between;
  const inside = within[order];
  // Main effects are read off the main model: with interactions a coefficient stands at the others' baseline levels.
  const differences = within.main.coefficientsTreatment.flatMap(
    ({ levels, ...estimate }): DifferenceFigure[] => {
      const [[axis, level] = [], ...others] = Object.entries(levels);
      const factor = factors.find(({ name }) => name === axis);
      return axis === undefined || level === undefined || others.length > 0 || !factor
        ? []
        : [
            {
              axis,
              level,
              baseline: factor.levels[factor.baseline] as string,
              df: within.main.dfResidual,
              ...bare(estimate),
            },
          ];
    },
  );
  const corrected = holm(inside.anova.map(({ p }) => p));
  return {
    residualSd: between.residualSd ?? within.main.residualSd,
    terms: [
      ...between.terms,
      ...inside.anova.map(({ term, df, dfError, ss, f, p }, i): TermFigure => ({
        term,
        df,
        dfFull: df,
        dfError,
        estimable: 'all',
        ss,
        f,
        p,
        pHolm: corrected[i] ?? null,
        eta2: null,
        partialEta2: null,
        omega2: null,
      })),
    ],
    means: between.means,
    differences: [...between.differences, ...differences],
    pairs: between.pairs,
    interactions: between.interactions,
  };
}

/** Runs that share a stage, never taken as independent. */
export function nestedFigures(input: EffectsInput, order: 'main' | 'twoWay'): Figures {
  const factors = factorsOf(input);
  const nested = analyseNested({ ...input, reachesSharedStage: reachesOf(input) });
  const { report: method, because } = nested;
  if (method === 'aggregate' || method === 'split')
    return { method, because, ...ofBalanced(nested, order, factors) };
  const { mixedMain } = nested;
  if (mixedMain) return { method, because, ...ofMixed(mixedMain, factors, input) };
  return { method, because, ...nothing };
}
