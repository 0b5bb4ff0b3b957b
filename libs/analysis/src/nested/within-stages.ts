import { fSf } from '../distributions/basic.js';
import { groupBy } from '../group-by.js';
import { decompose, squares } from '../linear/decompose.js';
import { designMatrix, termsOf, type Order } from '../linear/design-matrix.js';
import { notEstimable, tEstimate, type Estimate } from '../linear/estimate.js';
import type { Factor } from '../linear/factors.js';
import type { GroupedRun } from './mixed-model.js';

export interface WithinTest {
  readonly term: readonly string[];
  readonly df: number;
  readonly dfError: number;
  readonly ss: number;
  readonly f: number | null;
  readonly p: number | null;
}
/** What axes that do not reach the shared stage do, compared inside stages. */
export interface WithinStages {
  readonly dfResidual: number;
  readonly residualSd: number | null;
  readonly coefficientsTreatment: readonly (Estimate & {
    readonly levels: Readonly<Record<string, string>>;
  })[];
  readonly anova: readonly WithinTest[];
}

/**
 * Least squares with a fixed effect for every shared stage: the within part of a split plot, exact in balanced data. Terms are those with
 * an axis that does not reach the stage; an interaction of such an axis with one that does belongs here too. The stage effects are swept
 * out by centring every column and the scores on their stage means (Frisch, Waugh and Lovell).
 */
export function withinStages(
  factors: readonly Factor[],
  reaches: ReadonlySet<string>,
  runs: readonly GroupedRun[],
  order: Order,
  alpha = 0.05,
): WithinStages {
  const terms = termsOf(factors.length, order).filter((term) =>
    term.some((axis) => !reaches.has((factors[axis] as Factor).name)),
  );
  const design = designMatrix(factors, terms, 'treatment');
  const groups = groupBy(runs.keys(), (i) => (runs[i] as GroupedRun).group);
  const centred = (values: Float64Array): Float64Array => {
    for (const members of groups.values()) {
      const mean = members.reduce((sum, i) => sum + (values[i] as number), 0) / members.length;
      for (const i of members) values[i] = (values[i] as number) - mean;
    }
    return values;
  };
  const raw = Array.from({ length: design.width }, () => new Float64Array(runs.length));
  for (const [i, { levels }] of runs.entries())
    for (const [j, value] of design.row(levels).entries()) (raw[j] as Float64Array)[i] = value;
  const columns = raw.map(centred);
  const y = centred(Float64Array.from(runs, ({ score }) => score));
  const decomposition = decompose([columns]);
  const { rank } = decomposition;
  const qty = decomposition.applyQt(y);
  const dfResidual = runs.length - groups.size - rank;
  const rss = dfResidual === 0 ? 0 : squares(qty, rank);
  const ms = dfResidual > 0 ? rss / dfResidual : null;
  return {
    dfResidual,
    residualSd: ms === null ? null : Math.sqrt(ms),
    coefficientsTreatment: design.levels.map((levels, j) => {
      const unit = new Float64Array(design.width);
      unit[j] = 1;
      const w = decomposition.functional(unit);
      if (!w) return { levels, ...notEstimable };
      const estimate = w.reduce((sum, value, i) => sum + value * (qty[i] as number), 0);
      const se = ms === null ? null : Math.sqrt(ms * squares(w));
      return { levels, ...tEstimate(estimate, se, dfResidual, alpha) };
    }),
    anova: terms.map((term, t) => {
      const of = (own: readonly number[]): Float64Array[] => own.map((j) => columns[j] as Float64Array);
      const others = terms.flatMap((other, i) =>
        i !== t && !term.every((axis) => other.includes(axis)) ? (design.columns[i] as number[]) : [],
      );
      const { ranks, applyQt } = decompose([of(others), of(design.columns[t] as number[])]);
      const [before, df] = ranks as [number, number];
      const ss = squares(applyQt(y), before, before + df);
      const f = df > 0 && ms ? ss / df / ms : null;
      return {
        term: term.map((axis) => (factors[axis] as Factor).name),
        df,
        dfError: dfResidual,
        ss,
        f,
        p: f === null ? null : fSf(f, df, dfResidual),
      };
    }),
  };
}
