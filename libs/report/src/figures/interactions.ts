import type { EffectsView } from '@ablate/contracts';
import { pValue } from '../numbers.js';
import { fitted, WIDTH, type Figure, type Mark, type Tone } from './figure.js';
import { linearScale, valueAxis } from './scale.js';

type Interaction = EffectsView['interactions'][number];

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 450, 16, 220];
const TONES: readonly Tone[] = ['accent', 'second', 'third', 'ink', 'muted', 'faint'];

/** Means of one axis' levels, a line for each level of another: lines that are not parallel are an interaction. */
function interactionFigure({ metric, terms }: EffectsView, { axes, cells }: Interaction, id: string): Figure {
  const [across = '', lines = ''] = axes;
  const levelsOf = (axis: string): string[] => [...new Set(cells.map(({ levels }) => levels[axis] ?? '–'))];
  const [columns, series] = [levelsOf(across), levelsOf(lines)];
  const told = cells.filter(({ mean }) => mean.estimate !== null);
  const scale = linearScale(
    told.flatMap(({ mean }) => [
      mean.estimate ?? 0,
      mean.lo ?? mean.estimate ?? 0,
      mean.hi ?? mean.estimate ?? 0,
    ]),
    BOTTOM,
    TOP,
  );
  const x = (column: number, line: number): number =>
    LEFT + ((column + 0.5) / columns.length) * (RIGHT - LEFT) + (line - (series.length - 1) / 2) * 5;
  const marks = series.flatMap((level, line): Mark[] => {
    const tone = TONES[line % TONES.length] ?? 'ink';
    const own = told
      .filter(({ levels }) => levels[lines] === level)
      .map((cell) => ({ ...cell.mean, x: x(columns.indexOf(cell.levels[across] ?? '–'), line) }))
      .sort((a, b) => a.x - b.x);
    const at = (value: number | null): number => scale.at(value ?? 0);
    const dashed = line >= TONES.length;
    return [
      {
        kind: 'line',
        points: own.map((mean) => [mean.x, at(mean.estimate)] as const),
        tone,
        width: 1.6,
        dashed,
      },
      ...own.flatMap((mean): Mark[] => [
        ...(mean.lo === null || mean.hi === null
          ? []
          : [
              {
                kind: 'line',
                points: [
                  [mean.x, at(mean.lo)],
                  [mean.x, at(mean.hi)],
                ],
                tone,
                width: 1,
              } as const,
            ]),
        { kind: 'dot', x: mean.x, y: at(mean.estimate), radius: 3.2, tone },
      ]),
      {
        kind: 'line',
        points: [
          [RIGHT + 16, TOP + 22 + line * 16],
          [RIGHT + 34, TOP + 22 + line * 16],
        ],
        tone,
        width: 2,
        dashed,
      },
      {
        kind: 'text',
        x: RIGHT + 40,
        y: TOP + 22 + line * 16,
        text: fitted(level, WIDTH - RIGHT - 44, 9.5),
        size: 9.5,
      },
    ];
  });
  const term = terms.find((one) => one.term.length === 2 && axes.every((axis) => one.term.includes(axis)));
  const test = term
    ? ` Interaction: p ${pValue(term.p)}, ${pValue(term.pHolm)} after Holm’s correction.`
    : '';
  return {
    id,
    title: `${across} × ${lines} on ${metric}`,
    caption: `Marginal means of ${metric} with 95 % intervals. Lines that are not parallel speak for an interaction.${test}`,
    width: WIDTH,
    height: BOTTOM + 40,
    marks: [
      ...valueAxis(scale, LEFT, RIGHT),
      ...columns.map((level, i): Mark => ({
        kind: 'text',
        x: x(i, (series.length - 1) / 2),
        y: BOTTOM + 14,
        text: fitted(level, (RIGHT - LEFT) / columns.length, 9.5),
        size: 9.5,
        anchor: 'middle',
      })),
      {
        kind: 'text',
        x: (LEFT + RIGHT) / 2,
        y: BOTTOM + 30,
        text: across,
        size: 9,
        anchor: 'middle',
        tone: 'muted',
      },
      {
        kind: 'text',
        x: RIGHT + 16,
        y: TOP + 6,
        text: fitted(lines, WIDTH - RIGHT - 20, 9),
        size: 9,
        tone: 'muted',
      },
      ...marks,
    ],
  };
}

/** A figure for every pair of axes whose means are known. */
export const interactionFigures = (effects: EffectsView, id: string): Figure[] =>
  effects.interactions
    .filter(({ cells }) => cells.some(({ mean }) => mean.estimate !== null))
    .map((interaction, i) => interactionFigure(effects, interaction, `${id}-${i + 1}`));
