import type { Comparison, CostName } from '@ablate/contracts';
import { fitted, WIDTH, type Figure, type Mark } from './figure.js';
import { amount, linearScale, valueAxis } from './scale.js';

const [LEFT, RIGHT, TOP, BOTTOM] = [64, 420, 16, 230];

export const COST_NAMES: Readonly<Record<CostName, string>> = {
  flops: 'training operations (FLOP)',
  peakMemoryBytes: 'peak memory (byte)',
  parameters: 'parameters',
  seconds: 'training time (second)',
};

/** Score against one cost, with the front. Null where no two cells differ in that cost. */
export function frontFigure({ cells, benchmarks }: Comparison, cost: CostName, id: string): Figure | null {
  const metric = benchmarks[0]?.metric;
  const spots = cells.flatMap((cell) => {
    const score = cell.scores.find((one) => one.metric === metric);
    const value = cell.cost[cost];
    return score && value !== null && value > 0
      ? [{ label: cell.label, cost: value, mean: score.mean, front: cell.front.includes(cost) }]
      : [];
  });
  if (metric === undefined || new Set(spots.map((spot) => spot.cost)).size < 2) return null;
  const x = linearScale(
    spots.map((spot) => spot.cost),
    LEFT,
    RIGHT,
  );
  const y = linearScale(
    spots.map(({ mean }) => mean),
    BOTTOM,
    TOP,
  );
  const front = spots.filter((spot) => spot.front).sort((a, b) => a.cost - b.cost || a.mean - b.mean);
  return {
    id,
    title: `${metric} against ${COST_NAMES[cost]}`,
    caption: `Mean ${metric} of every cell against ${COST_NAMES[cost]} of one run’s trainings. Filled and joined: the Pareto front, cells that no other one matches for less.`,
    width: WIDTH,
    height: BOTTOM + 40,
    marks: [
      ...valueAxis(y, LEFT, RIGHT),
      ...x.ticks.map((tick): Mark => ({
        kind: 'text',
        x: x.at(tick),
        y: BOTTOM + 12,
        text: amount(tick),
        size: 8.5,
        anchor: 'middle',
        tone: 'muted',
      })),
      {
        kind: 'text',
        x: (LEFT + RIGHT) / 2,
        y: BOTTOM + 28,
        text: COST_NAMES[cost],
        size: 9,
        anchor: 'middle',
        tone: 'muted',
      },
      {
        kind: 'line',
        points: front.map((spot) => [x.at(spot.cost), y.at(spot.mean)] as const),
        tone: 'accent',
        width: 1.2,
      },
      ...spots.map((spot): Mark => ({
        kind: 'dot',
        x: x.at(spot.cost),
        y: y.at(spot.mean),
        radius: spot.front ? 4 : 3,
        tone: spot.front ? 'accent' : 'muted',
        hollow: !spot.front,
      })),
      ...front.flatMap((spot, i): Mark[] => [
        {
          kind: 'text',
          x: x.at(spot.cost) + 6,
          y: y.at(spot.mean) - 7,
          text: String(i + 1),
          size: 8.5,
          tone: 'accent',
          bold: true,
        },
        {
          kind: 'text',
          x: RIGHT + 14,
          y: TOP + 8 + i * 15,
          text: fitted(`${i + 1}  ${spot.label}`, WIDTH - RIGHT - 16, 9),
          size: 9,
        },
      ]),
    ],
  };
}
