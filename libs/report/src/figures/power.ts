import type { EffectsView } from '@ablate/contracts';
import { shown } from '../numbers.js';
import { fitted, WIDTH, type Figure, type Mark } from './figure.js';
import { linearScale } from './scale.js';

const [LEFT, RIGHT, ROW, TOP] = [250, 470, 22, 26];

/** What each axis' comparison could have found, beside what was found. Null where noise is not known. */
export function powerFigure({ metric, axes, differences }: EffectsView, id: string): Figure | null {
  const rows = axes.flatMap(({ name, detectable }) => {
    const own = differences.filter(({ axis }) => axis === name).flatMap(({ estimate }) => estimate ?? []);
    return detectable === null ? [] : [{ name, detectable, largest: Math.max(0, ...own.map(Math.abs)) }];
  });
  if (rows.length === 0) return null;
  const scale = linearScale(
    [0, ...rows.flatMap(({ detectable, largest }) => [detectable, largest])],
    LEFT,
    RIGHT,
  );
  const bottom = TOP + rows.length * ROW;
  return {
    id,
    title: `What could be found in ${metric}`,
    caption: `Bar: the smallest difference that the widest comparison of the axis finds with 80 % power, given the noise seen here. Dot: the largest difference seen. A true difference inside the bar is missed more than one time in five.`,
    width: WIDTH,
    height: bottom + 36,
    marks: [
      ...scale.ticks
        .filter((tick) => tick >= 0)
        .flatMap((tick): Mark[] => [
          {
            kind: 'line',
            points: [
              [scale.at(tick), TOP],
              [scale.at(tick), bottom],
            ],
            tone: 'rule',
            width: 0.5,
          },
          {
            kind: 'text',
            x: scale.at(tick),
            y: bottom + 10,
            text: scale.label(tick),
            size: 8.5,
            anchor: 'middle',
            tone: 'muted',
          },
        ]),
      ...rows.flatMap(({ name, detectable, largest }, i): Mark[] => {
        const y = TOP + (i + 0.5) * ROW;
        return [
          { kind: 'text', x: 0, y, text: fitted(name, LEFT - 12, 9.5), size: 9.5 },
          {
            kind: 'bar',
            x: scale.at(0),
            y: y - 5,
            width: scale.at(detectable) - scale.at(0),
            height: 10,
            tone: 'faint',
          },
          { kind: 'dot', x: scale.at(largest), y, radius: 3.4, tone: 'accent' },
          {
            kind: 'text',
            x: RIGHT + 12,
            y,
            text: `found from ${shown(detectable)}; seen ${shown(largest)}`,
            size: 9.5,
          },
        ];
      }),
      {
        kind: 'text',
        x: (LEFT + RIGHT) / 2,
        y: bottom + 25,
        text: fitted(`size of the difference in ${metric}`, 340, 9),
        size: 9,
        anchor: 'middle',
        tone: 'muted',
      },
    ],
  };
}
