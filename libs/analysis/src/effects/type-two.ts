import { holm } from '../corrections.js';
import { fSf } from '../distributions/basic.js';
import { decompose, squares } from '../linear/decompose.js';
import type { Factor } from '../linear/factors.js';
import type { LinearModel } from '../linear/fit.js';

/** What one axis, or the interaction of two, explains beyond the terms that do not contain it. */
export interface TermTest {
  readonly term: readonly string[];
  /** Rank that the term adds; below `dfFull` some of its contrasts cannot be told from other terms. */
  readonly df: number;
  readonly dfFull: number;
  readonly estimable: 'all' | 'part' | 'none';
  readonly ss: number;
  readonly ms: number | null;
  readonly f: number | null;
  readonly p: number | null;
  /** Holm-corrected over the terms of this table. */
  readonly pHolm: number | null;
  /** Share of the total sum of squares. */
  readonly eta2: number | null;
  /** Share of the sum of this table; equal to `eta2` in balanced data only. */
  readonly eta2OfSum: number | null;
  readonly partialEta2: number | null;
  /** Less biased shares; negative where the term explains less than noise would. */
  readonly omega2: number | null;
  readonly partialOmega2: number | null;
}

const ratio = (a: number, b: number): number | null => (b === 0 ? null : a / b);

/**
 * Type II tests: for each term T, the residual sum of squares of the model of all terms that do not contain T, less that with T added, by
 * rank, so that it holds for tables with cells that never ran. F over the mean square of the analysed model. Sources: Fox and Weisberg,
 * An R Companion to Applied Regression, 5.3.4; effect sizes: Olejnik and Algina 2003, Psychological Methods 8.
 */
export function typeTwo(model: LinearModel, factors: readonly Factor[]): readonly TermTest[] {
  const { design, decomposition, qty, rank, msResidual, ssResidual, ssTotal, n } = model;
  const position = new Map(decomposition.pivot.map((j, at) => [j, at]));
  const columnsOf = (own: readonly number[]): Float64Array[] =>
    own.map((j) => decomposition.triangle[position.get(j) as number] as Float64Array);
  const y = qty.slice(0, rank);
  const raw = design.terms.flatMap((term, t) => {
    if (term.length === 0) return [];
    const others = design.terms.flatMap((other, i) =>
      i !== t && !term.every((axis) => other.includes(axis)) ? [design.columns[i] as readonly number[]] : [],
    );
    const own = design.columns[t] as readonly number[];
    const { ranks, applyQt } = decompose([columnsOf(others.flat()), columnsOf(own)]);
    const [before, df] = ranks as [number, number];
    const ss = ssTotal === 0 ? 0 : squares(applyQt(y), before, before + df);
    return [{ term: term.map((axis) => (factors[axis] as Factor).name), df, dfFull: own.length, ss }];
  });
  const sum = raw.reduce((total, { ss }) => total + ss, ssResidual);
  const tests = raw.map(({ term, df, dfFull, ss }): Omit<TermTest, 'pHolm'> => {
    const ms = df > 0 ? ss / df : null;
    const f = ms === null || msResidual === null ? null : ratio(ms, msResidual);
    const none = df === 0 || msResidual === null;
    return {
      term,
      df,
      dfFull,
      estimable: df === 0 ? 'none' : df === dfFull ? 'all' : 'part',
      ss,
      ms,
      f,
      p: f === null ? null : fSf(f, df, model.dfResidual),
      eta2: ratio(ss, ssTotal),
      eta2OfSum: ratio(ss, sum),
      partialEta2: ratio(ss, ss + ssResidual),
      omega2: none ? null : ratio(ss - df * msResidual, ssTotal + msResidual),
      partialOmega2: none ? null : ratio(ss - df * msResidual, ss + (n - df) * msResidual),
    };
  });
  const corrected = holm(tests.map(({ p }) => p));
  return tests.map((test, i) => ({ ...test, pHolm: corrected[i] as number | null }));
}
