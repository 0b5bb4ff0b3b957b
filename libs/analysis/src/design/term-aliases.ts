import { decompose } from '../linear/decompose.js';
import { designMatrix, termsOf } from '../linear/design-matrix.js';

/** Two effects of which one follows, at least in part, from the other in these cells. */
export interface TermAlias {
  readonly a: readonly string[];
  readonly b: readonly string[];
  /** Whether all of both is lost, or some degrees of freedom only. */
  readonly extent: 'all' | 'part';
}

const rankOf = (columns: readonly Float64Array[]): number => decompose([columns]).rank;

/**
 * Main effects and two-way interactions that a set of cells cannot tell apart, in pairs, with sum-to-zero columns. Pairs of main effects
 * are `confounding`'s business. Source: Box, Hunter and Hunter, Statistics for Experimenters, 6.
 */
export function termAliases(
  axes: Readonly<Record<string, readonly string[]>>,
  cells: readonly Readonly<Record<string, string>>[],
): readonly TermAlias[] {
  const factors = Object.entries(axes).map(([name, levels]) => ({ name, levels, baseline: 0 }));
  const design = designMatrix(factors, termsOf(factors.length, 'twoWay'), 'sum');
  const rows = cells.map((cell) =>
    design.row(factors.map(({ name, levels }) => levels.indexOf(cell[name] ?? ''))),
  );
  const column = (j: number): Float64Array => Float64Array.from(rows, (row) => row[j] ?? 0);
  const one = new Float64Array(rows.length).fill(1);
  const terms = design.terms.flatMap((term, t) =>
    term.length === 0
      ? []
      : [
          {
            names: term.map((axis) => factors[axis]?.name ?? ''),
            columns: (design.columns[t] ?? []).map(column),
          },
        ],
  );
  const known = terms.map((term) => ({ ...term, rank: rankOf([one, ...term.columns]) - 1 }));
  return known.flatMap((a, i) =>
    known.slice(i + 1).flatMap((b): TermAlias[] => {
      if (a.names.length + b.names.length === 2 || a.rank === 0 || b.rank === 0) return [];
      const lost = a.rank + b.rank - (rankOf([one, ...a.columns, ...b.columns]) - 1);
      if (lost <= 0) return [];
      return [{ a: a.names, b: b.names, extent: lost === a.rank && lost === b.rank ? 'all' : 'part' }];
    }),
  );
}
