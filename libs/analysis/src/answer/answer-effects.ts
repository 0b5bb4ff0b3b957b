import { holm } from '../corrections.js';
import { analyseEffects, type EffectsReport } from '../effects/analyse-effects.js';
import { explainModel } from '../effects/explain.js';
import { isItNoise, type ErrorSource, type Verdict } from '../is-it-noise.js';
import { factorsOf } from '../linear/factors.js';
import { usable, type Run } from '../linear/runs.js';
import { pairedVsBaseline, type PairedReport } from '../paired/paired-vs-baseline.js';
import { noncentralityFor, seedsNeeded } from '../power/power.js';
import { independentFigures, type DifferenceFigure, type Figures } from './figures.js';
import { nestedFigures } from './nested-figures.js';
import { modelAxes, type AxisTable } from './model-axes.js';
import type { Alias, Withheld } from './overlaps.js';

export interface AnswerInput {
  readonly axes: AxisTable;
  readonly baseline?: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
  /** Groups of axes to analyse as one. */
  readonly joint?: readonly (readonly string[])[];
  readonly order?: 'main' | 'twoWay';
  readonly alpha?: number;
}

export interface Difference extends DifferenceFigure {
  /** Holm-corrected over all differences of this answer. */
  readonly pHolm: number | null;
  readonly verdict: Verdict;
  /** "Is this difference noise?", in one sentence. */
  readonly sentence: string;
}

/** What a table of runs says about its axes, ready to be shown. */
export interface EffectsAnswer extends Pick<
  EffectsReport,
  'used' | 'excluded' | 'balance' | 'missingCells' | 'seedNoise'
> {
  readonly axes: readonly {
    readonly name: string;
    readonly levels: readonly string[];
    readonly baseline: string;
    readonly detectable: number | null;
  }[];
  readonly constant: Readonly<Record<string, string>>;
  readonly method: Figures['method'];
  readonly because: string | null;
  readonly terms: Figures['terms'];
  readonly means: Figures['means'];
  readonly differences: readonly Difference[];
  readonly pairs: Figures['pairs'];
  readonly interactions: Figures['interactions'];
  readonly paired: PairedReport;
  readonly aliases: readonly Alias[];
  readonly withheld: readonly Withheld[];
  readonly notes: readonly string[];
}

/** Whether two runs that count continue the same shared stage. */
function isNested(runs: readonly Run[]): boolean {
  const stages = usable(runs).used.map(({ sharedStage }) => sharedStage);
  return stages.every((stage) => stage !== undefined) && new Set(stages).size < stages.length;
}

/**
 * Main effects (and two-way interactions) of a table of runs, by the method that its structure demands: runs that share a stage are nested
 * replicates, axes that move together are analysed jointly or withheld. Throws a RangeError where no run counts and for unknown levels.
 */
export function answerEffects({
  axes,
  baseline = {},
  runs,
  joint = [],
  order = 'main',
  alpha = 0.05,
}: AnswerInput): EffectsAnswer {
  const model = modelAxes({ axes, baseline, runs }, joint);
  const input = { axes: model.axes, baseline: model.baseline, runs: model.runs, alpha };
  const report = analyseEffects(input);
  const nested = isNested(model.runs);
  const figures = nested
    ? nestedFigures(input, order)
    : independentFigures(report.models[order], factorsOf(input));
  const isWithheld = (name: string): boolean => model.withheld.some(({ axis }) => axis === name);
  const source: ErrorSource = nested ? 'stages' : report.seedNoise.df === 0 ? 'interactions' : 'seeds';
  const open = figures.differences.filter(({ axis }) => !isWithheld(axis));
  const corrected = holm(open.map(({ p }) => p));
  const differences = open.map((difference, i): Difference => {
    const { axis, level, baseline: reference, estimate } = difference;
    const sd = report.seedNoise.sd;
    const needed =
      sd !== null && sd > 0 && estimate !== null && estimate !== 0
        ? seedsNeeded('independent', estimate / sd).n
        : undefined;
    const { verdict, sentence } = isItNoise({
      a: reference,
      b: level,
      estimate: difference,
      source,
      alpha,
      because:
        model.aliases.find((alias) => alias.axes.includes(axis))?.sentence.replace(/\.$/, '') ??
        'some of the runs that would tell were never made',
      ...(needed === undefined || source !== 'seeds' ? {} : { seedsNeeded: needed }),
    });
    return { ...difference, pHolm: corrected[i] ?? null, verdict, sentence };
  });
  /** The difference that the axis' widest comparison finds with 80 % power. */
  const detectableOn = (axis: string): number | null => {
    const own = figures.differences.filter((difference) => difference.axis === axis);
    const sizes = own.flatMap(({ se, df }) =>
      se === null || df === null || df <= 0 ? [] : [noncentralityFor(df, 0.8, alpha) * se],
    );
    return sizes.length === 0 ? null : Math.max(...sizes);
  };
  const paired = pairedVsBaseline(input);
  const shown = <T>(table: Readonly<Record<string, T>>): Record<string, T> =>
    Object.fromEntries(Object.entries(table).filter(([axis]) => !isWithheld(axis)));
  return {
    ...{
      used: report.used,
      excluded: report.excluded,
      balance: report.balance,
      missingCells: report.missingCells,
      seedNoise: report.seedNoise,
    },
    axes: Object.entries(model.axes).map(([name, levels]) => ({
      name,
      levels,
      baseline: model.baseline[name] ?? (levels[0] as string),
      detectable: isWithheld(name) ? null : detectableOn(name),
    })),
    constant: model.constant,
    method: figures.method,
    because: figures.because,
    terms: figures.terms.filter(({ term }) => !term.some(isWithheld)),
    means: figures.means.filter(({ axis }) => !isWithheld(axis)),
    differences,
    pairs: figures.pairs.filter(({ axis }) => !isWithheld(axis)),
    interactions: figures.interactions.filter(({ axes: own }) => !own.some(isWithheld)),
    paired: { byRun: shown(paired.byRun), byCell: shown(paired.byCell) },
    aliases: model.aliases,
    withheld: model.withheld,
    notes: [
      ...(nested ? [] : explainModel(report, report.models[order])),
      ...Object.entries(report.excluded).map(
        ([status, n]) => `${n} ${n === 1 ? 'run is' : 'runs are'} ${status} and not counted.`,
      ),
    ],
  };
}
