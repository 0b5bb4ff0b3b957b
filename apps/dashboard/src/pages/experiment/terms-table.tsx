import type { EffectsView } from '@ablate/contracts';
import { PlainTable } from '../../figures/plain-table.js';
import { Figure } from '../../figures/figure.js';

/** How much of the variation each axis explains. */
export function TermsTable({ effects: { terms, metric } }: { readonly effects: EffectsView }) {
  if (terms.length === 0) return null;
  const table = {
    title: `Analysis of variance of ${metric}`,
    head: ['term', 'df', 'df error', 'F', 'p', 'p (Holm)', 'share of variation (η²)', 'partial η²', 'ω²'],
    rows: terms.map(({ term, df, dfError, f, p, pHolm, eta2, partialEta2, omega2 }) => [
      term.join(' × '),
      df,
      dfError,
      f,
      p,
      pHolm,
      eta2,
      partialEta2,
      omega2,
    ]),
  };
  return (
    <Figure
      tabular
      title="Where the variation comes from"
      note="Type II; — where the runs cannot tell."
      table={table}
    >
      <PlainTable table={table} />
    </Figure>
  );
}
