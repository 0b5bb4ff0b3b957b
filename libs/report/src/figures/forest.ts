import { interval, signed } from '../numbers.js';
import { fitted, WIDTH, type Figure, type Mark } from './figure.js';
import { linearScale } from './scale.js';

export interface ForestRow {
  readonly group: string;
  readonly label: string;
  readonly estimate: number | null;
  readonly lo: number | null;
  readonly hi: number | null;
  /** Whether the interval leaves out zero. */
  readonly sure: boolean;
  /** Said instead of an interval. */
  readonly instead?: string;
}

const [LEFT, RIGHT, ROW, TOP] = [250, 470, 22, 26];
const MIDDLE = ROW / 2;

function marksOf(row: ForestRow, y: number, at: (value: number) => number): Mark[] {
  const { estimate, lo, hi, sure, instead } = row;
  const tone = sure ? 'accent' : 'muted';
  const text = (x: number, value: string): Mark => ({ kind: 'text', x, y, text: value, size: 9.5 });
  const label: Mark[] = [
    { kind: 'text', x: 8, y, text: fitted(row.label, LEFT - 20, 9.5), size: 9.5, bold: sure },
  ];
  if (estimate === null) return [...label, text(RIGHT + 12, instead ?? 'cannot be told')];
  return [
    ...label,
    ...(lo === null || hi === null
      ? []
      : [
          {
            kind: 'line',
            points: [
              [at(lo), y],
              [at(hi), y],
            ],
            tone,
            width: 1.6,
          } as const,
          ...[lo, hi].map((end): Mark => ({
            kind: 'line',
            points: [
              [at(end), y - 3],
              [at(end), y + 3],
            ],
            tone,
            width: 1.6,
          })),
        ]),
    { kind: 'dot', x: at(estimate), y, radius: 3.4, tone, hollow: !sure },
    text(
      RIGHT + 12,
      `${signed(estimate)}  ${lo === null ? (instead ?? 'no interval') : `[${interval(lo, hi)}]`}`,
    ),
  ];
}

/** Estimates with their intervals about zero, a row each, grouped. */
export function forestFigure(
  rows: readonly ForestRow[],
  { id, title, caption, unit }: Pick<Figure, 'id' | 'title' | 'caption'> & { readonly unit: string },
): Figure {
  const values = rows.flatMap(({ estimate, lo, hi }) => [estimate ?? 0, lo ?? 0, hi ?? 0]);
  const scale = linearScale([0, ...values], LEFT, RIGHT);
  const marks: Mark[] = [];
  let y = TOP;
  let group: string | null = null;
  for (const row of rows) {
    if (row.group !== group) {
      marks.push({
        kind: 'text',
        x: 0,
        y: y + MIDDLE,
        text: fitted(row.group, LEFT, 9.5),
        size: 9.5,
        tone: 'muted',
      });
      group = row.group;
      y += ROW;
    }
    marks.push(...marksOf(row, y + MIDDLE, scale.at));
    y += ROW;
  }
  const axis: Mark[] = scale.ticks.flatMap((tick): Mark[] => [
    {
      kind: 'line',
      points: [
        [scale.at(tick), TOP],
        [scale.at(tick), y],
      ],
      tone: 'rule',
      width: 0.5,
    },
    {
      kind: 'text',
      x: scale.at(tick),
      y: y + 10,
      text: scale.label(tick).replace('-', '−'),
      size: 8.5,
      anchor: 'middle',
      tone: 'muted',
    },
  ]);
  return {
    id,
    title,
    caption,
    width: WIDTH,
    height: y + 36,
    marks: [
      ...axis,
      {
        kind: 'line',
        points: [
          [scale.at(0), TOP - 4],
          [scale.at(0), y],
        ],
        tone: 'ink',
        width: 1,
      },
      {
        kind: 'text',
        x: (LEFT + RIGHT) / 2,
        y: y + 25,
        text: fitted(unit, RIGHT - LEFT + 120, 9),
        size: 9,
        anchor: 'middle',
        tone: 'muted',
      },
      { kind: 'text', x: RIGHT + 12, y: 12, text: 'difference [95 % interval]', size: 9, tone: 'muted' },
      ...marks,
    ],
  };
}
