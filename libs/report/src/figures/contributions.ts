import type { EffectsView } from '@ablate/contracts';
import { percent, pValue, shown } from '../numbers.js';
import { fitted, WIDTH, type Figure, type Mark } from './figure.js';

const [LEFT, RIGHT, ROW, TOP] = [250, 470, 22, 24];

/** Which axis explains how much of the variation. Null without an analysis of variance. */
export function contributionsFigure({ metric, terms }: EffectsView, id: string): Figure | null {
  if (terms.length === 0) return null;
  const known = terms.flatMap(({ eta2 }) => eta2 ?? []);
  const rest = Math.max(0, 1 - known.reduce((sum, share) => sum + share, 0));
  const wide = (share: number): number => share * (RIGHT - LEFT);
  const row = (i: number, label: string, share: number | null, note: string, faint = false): Mark[] => {
    const y = TOP + i * ROW;
    return [
      {
        kind: 'text',
        x: 0,
        y: y + ROW / 2,
        text: fitted(label, LEFT - 12, 9.5),
        size: 9.5,
        tone: faint ? 'muted' : 'ink',
      },
      { kind: 'bar', x: LEFT, y: y + 4, width: RIGHT - LEFT, height: ROW - 8, tone: 'rule' },
      ...(share === null
        ? []
        : [
            {
              kind: 'bar',
              x: LEFT,
              y: y + 4,
              width: Math.max(0.5, wide(share)),
              height: ROW - 8,
              tone: faint ? 'faint' : 'accent',
            } as const,
          ]),
      { kind: 'text', x: RIGHT + 12, y: y + ROW / 2, text: note, size: 9.5 },
    ];
  };
  const rows = terms.flatMap(({ term, eta2, f, p }, i) =>
    row(i, term.join(' × '), eta2, `${percent(eta2)}   F ${shown(f)}, p ${pValue(p)}`),
  );
  // Shares of parts of the variation do not add up to the whole.
  const last =
    known.length < terms.length ? [] : row(terms.length, 'not explained', rest, percent(rest), true);
  return {
    id,
    title: `What explains ${metric}`,
    caption: `Share of the variation of ${metric} that each term explains (eta squared, Type II sums of squares; in an unbalanced table the shares need not add up). A dash: compared inside shared stages, where a share of the whole has no meaning; F and p hold there too.`,
    width: WIDTH,
    height: TOP + (terms.length + (last.length > 0 ? 1 : 0)) * ROW + 8,
    marks: [
      { kind: 'text', x: LEFT, y: 12, text: 'share of the variation', size: 9, tone: 'muted' },
      ...rows,
      ...last,
    ],
  };
}
