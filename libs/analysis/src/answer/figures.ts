import type { LevelMean } from '../effects/levels.js';
import type { CellEstimate, CellMeanEstimate, ModelEffects } from '../effects/model-effects.js';
import type { Estimate } from '../linear/estimate.js';
import type { Factor } from '../linear/factors.js';
import type { NestedReport } from '../nested/analyse-nested.js';

export interface TermFigure {
  readonly term: readonly string[];
  readonly df: number;
  readonly dfFull: number;
  readonly dfError: number;
  readonly estimable: 'all' | 'part' | 'none';
  readonly ss: number;
  readonly f: number | null;
  readonly p: number | null;
  readonly pHolm: number | null;
  readonly eta2: number | null;
  readonly partialEta2: number | null;
  readonly omega2: number | null;
}
export interface DifferenceFigure extends Estimate {
  /** Degrees of freedom of its error. */
  readonly df: number | null;
  readonly axis: string;
  readonly level: string;
  readonly baseline: string;
}
export interface PairFigure extends Estimate {
  readonly axis: string;
  readonly a: string;
  readonly b: string;
  readonly pHolm: number | null;
  readonly pTukey: number | null;
}
export interface InteractionFigure {
  readonly axes: readonly string[];
  readonly cells: readonly {
    readonly levels: Readonly<Record<string, string>>;
    readonly n: number;
    readonly mean: Estimate;
    readonly interaction: Estimate;
  }[];
}

/** The figures of whichever method fits, in one shape. */
export interface Figures {
  readonly method: 'independent' | NestedReport['report'];
  readonly because: string | null;
  /** Of the error that most figures are compared with, in units of the score. */
  readonly residualSd: number | null;
  readonly terms: readonly TermFigure[];
  /** Marginal means: the other axes weighted equally. */
  readonly means: readonly (LevelMean & { readonly axis: string })[];
  readonly differences: readonly DifferenceFigure[];
  readonly pairs: readonly PairFigure[];
  readonly interactions: readonly InteractionFigure[];
}

/** The estimate alone: library figures carry more. */
export const bare = ({ estimable, estimate, se, t, p, lo, hi }: Estimate): Estimate => ({
  estimable,
  estimate,
  se,
  t,
  p,
  lo,
  hi,
});

/** Figures of one least-squares model, for the axes that it holds. */
export function ofModel(
  model: ModelEffects,
  factors: readonly Factor[],
): Omit<Figures, 'method' | 'because'> {
  const own = factors.filter(({ name }) => model.marginalMeans[name] !== undefined);
  return {
    residualSd: model.residualSd,
    terms: model.anovaType2.map(
      ({ term, df, dfFull, estimable, ss, f, p, pHolm, eta2, partialEta2, omega2 }) => ({
        term,
        df,
        dfFull,
        dfError: model.dfResidual,
        estimable,
        ss,
        f,
        p,
        pHolm,
        eta2,
        partialEta2,
        omega2,
      }),
    ),
    means: own.flatMap(({ name }) =>
      (model.marginalMeans[name] ?? []).map((mean) => ({ axis: name, ...mean })),
    ),
    differences: own.flatMap(({ name, levels, baseline }) =>
      (model.vsBaseline[name] ?? []).flatMap((difference) =>
        difference.level === levels[baseline]
          ? []
          : [
              {
                axis: name,
                level: difference.level,
                baseline: levels[baseline] as string,
                df: model.dfResidual,
                ...bare(difference),
              },
            ],
      ),
    ),
    pairs: own.flatMap(({ name }) =>
      (model.pairwise[name] ?? []).map((pair) => ({
        axis: name,
        a: pair.a,
        b: pair.b,
        pHolm: pair.pHolm,
        get pTukey() {
          return pair.pTukey;
        },
        ...bare(pair),
      })),
    ),
    interactions: Object.entries(model.marginalMeansPairs).map(([key, means]) => ({
      axes: Object.keys(means[0]?.levels ?? {}),
      cells: means.map((mean: CellMeanEstimate, i) => ({
        levels: mean.levels,
        n: mean.n,
        mean: bare(mean),
        interaction: bare((model.interactionEffects[key] as readonly CellEstimate[])[i] as CellEstimate),
      })),
    })),
  };
}

/** Runs that are independent of each other. */
export function independentFigures(model: ModelEffects, factors: readonly Factor[]): Figures {
  return { method: 'independent', because: null, ...ofModel(model, factors) };
}
