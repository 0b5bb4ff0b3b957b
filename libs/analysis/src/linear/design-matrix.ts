import { pairsOf, type Factor } from './factors.js';

/** Numbers of the factors whose product a term is; none for the intercept. */
export type Term = readonly number[];
export type Order = 'main' | 'twoWay';
export type Coding = 'sum' | 'treatment';
/** A level's number for every factor, or -1: the average over its levels with equal weights. */
export type Selection = readonly number[];

/** Intercept, main effects, and all two-way interactions if asked for. */
export function termsOf(factors: number, order: Order): readonly Term[] {
  const main = Array.from({ length: factors }, (_, i) => [i]);
  return [[], ...main, ...(order === 'twoWay' ? pairsOf(factors) : [])];
}

/** Sum coding: the last level is left out and has -1 everywhere. Treatment coding: the baseline is left out and has 0. */
function codes({ levels, baseline }: Factor, coding: Coding): readonly (readonly number[])[] {
  const n = levels.length;
  if (coding === 'sum')
    return levels.map((_, i) =>
      Array.from({ length: n - 1 }, (_, j) => (i === n - 1 ? -1 : i === j ? 1 : 0)),
    );
  const shown = levels.map((_, i) => i).filter((i) => i !== baseline);
  return levels.map((_, i) => shown.map((j) => (i === j ? 1 : 0)));
}

/** A coded model: which column is what, and the row of any combination of levels or average of them. */
export interface DesignMatrix {
  readonly terms: readonly Term[];
  /** Column numbers of each term. */
  readonly columns: readonly (readonly number[])[];
  readonly width: number;
  /** For every column, the level that each of its factors has there (the coded one). */
  readonly levels: readonly Readonly<Record<string, string>>[];
  row(selection: Selection): Float64Array;
}

/** Averages may be taken factor by factor, since every column is a product with one code of each factor. */
export function designMatrix(
  factors: readonly Factor[],
  terms: readonly Term[],
  coding: Coding,
): DesignMatrix {
  const coded = factors.map((factor) => codes(factor, coding));
  const average = coded.map((rows) =>
    Array.from(
      { length: rows.length - 1 },
      (_, j) => rows.reduce((sum, row) => sum + (row[j] as number), 0) / rows.length,
    ),
  );
  const kept = factors.map(({ levels, baseline }) =>
    levels.filter((_, i) => i !== (coding === 'sum' ? levels.length - 1 : baseline)),
  );
  const levels: Record<string, string>[] = [];
  const columns = terms.map((term) => {
    const products = term.reduce<Record<string, string>[]>(
      (found, axis) =>
        found.flatMap((one) =>
          (kept[axis] as string[]).map((level) => ({ ...one, [(factors[axis] as Factor).name]: level })),
        ),
      [{}],
    );
    const start = levels.length;
    levels.push(...products);
    return products.map((_, i) => start + i);
  });
  const width = levels.length;
  return {
    terms,
    columns,
    width,
    levels,
    row(selection) {
      const row = new Float64Array(width);
      const own = factors.map(
        (_, axis) =>
          (selection[axis] === -1
            ? average[axis]
            : coded[axis]?.[selection[axis] as number]) as readonly number[],
      );
      let at = 0;
      for (const term of terms) {
        const [first, second, ...more] = term;
        if (first === undefined) row[at++] = 1;
        else if (second === undefined) for (const value of own[first] as readonly number[]) row[at++] = value;
        else {
          let values = own[first] as readonly number[];
          for (const axis of [second, ...more])
            values = values.flatMap((value) =>
              (own[axis] as readonly number[]).map((other) => value * other),
            );
          for (const value of values) row[at++] = value;
        }
      }
      return row;
    },
  };
}
