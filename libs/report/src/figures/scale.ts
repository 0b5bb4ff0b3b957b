import type { Mark } from './figure.js';

/** Places values on a line of a figure. */
export interface Scale {
  readonly at: (value: number) => number;
  readonly ticks: readonly number[];
  /** A tick as it is printed. */
  readonly label: (tick: number) => string;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** A round step that cuts a span into about so many parts. */
function stepOf(span: number, parts: number): number {
  const rough = span / parts;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * (STEPS.find((step) => step * power >= rough) ?? 10);
}

const spread = (values: readonly number[]): [number, number] => {
  const [low, high] = [Math.min(...values), Math.max(...values)];
  if (low < high) return [low, high];
  const half = low === 0 ? 1 : Math.abs(low) * 0.1;
  return [low - half, high + half];
};

/** Holds all values with a little room; `from` and `to` are places in the figure. */
export function linearScale(values: readonly number[], from: number, to: number): Scale {
  const [low, high] = spread(values.length === 0 ? [0, 1] : values);
  const room = (high - low) * 0.05;
  const [first, last] = [low - room, high + room];
  const step = stepOf(last - first, 5);
  const decimals = Math.max(
    0,
    -Math.floor(Math.log10(step) + 1e-9) + (step / 10 ** Math.floor(Math.log10(step)) === 2.5 ? 1 : 0),
  );
  const start = Math.ceil(first / step);
  const count = Math.floor(last / step) - start + 1;
  return {
    at: (value) => from + ((value - first) / (last - first)) * (to - from),
    ticks: Array.from({ length: Math.max(0, count) }, (_, i) => (start + i) * step),
    label: (tick) => tick.toFixed(Math.min(8, decimals)),
  };
}

/** Rules across a figure from `left` to `right` at the ticks of an upright scale, with the ticks' values before them. */
export const valueAxis = ({ ticks, at, label }: Scale, left: number, right: number): Mark[] =>
  ticks.flatMap((tick): Mark[] => [
    {
      kind: 'line',
      points: [
        [left, at(tick)],
        [right, at(tick)],
      ],
      tone: 'rule',
      width: 0.5,
    },
    {
      kind: 'text',
      x: left - 6,
      y: at(tick),
      text: label(tick),
      size: 8.5,
      anchor: 'end',
      tone: 'muted',
    },
  ]);

const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** 1.23e10 -> `12.3 G`. */
export function amount(value: number): string {
  const power = value > 0 ? Math.min(UNITS.length - 1, Math.max(0, Math.floor(Math.log10(value) / 3))) : 0;
  return `${Number((value / 1000 ** power).toPrecision(3))} ${UNITS[power]}`.trimEnd();
}
