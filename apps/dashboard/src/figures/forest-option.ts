import type { EChartsOption } from 'echarts';
import { interval, signed, value } from '../format/numbers.js';
import { axisStyle, baseOption, inks } from './base-option.js';

export interface ForestRow {
  readonly label: string;
  readonly estimate: number | null;
  readonly low: number | null;
  readonly high: number | null;
  /** Colour by what it says: a difference, or possibly noise. */
  readonly sure: boolean;
}

interface Api {
  value(i: number): number;
  coord(point: [number, number]): [number, number];
}

/** Estimates with their intervals around zero, a row each. */
export function forestOption(rows: readonly ForestRow[], dark: boolean, name: string): EChartsOption {
  const { quiet } = inks(dark);
  const sure = dark ? '#5AB4F0' : '#0072B2';
  const base = baseOption(dark);
  const colour = (i: number): string => (rows[i]!.sure ? sure : quiet);
  return {
    ...base,
    legend: { show: false },
    grid: { left: 12, right: 24, top: 8, bottom: 8, outerBoundsMode: 'same' },
    tooltip: {
      ...base.tooltip,
      formatter: (params: unknown) => {
        const { label, estimate, low, high } = rows[(params as { dataIndex: number }).dataIndex]!;
        return `${label}<br/>${signed(estimate)}, 95 % interval ${interval(low, high, (x) => signed(x))}`;
      },
    },
    xAxis: {
      type: 'value',
      name,
      nameLocation: 'middle',
      nameGap: 28,
      ...axisStyle(dark),
      axisLabel: { color: quiet, hideOverlap: true, formatter: (x: number) => (x === 0 ? '0' : value(x)) },
    },
    yAxis: {
      type: 'category',
      inverse: true,
      data: rows.map(({ label }) => label),
      ...axisStyle(dark),
      axisLabel: { color: inks(dark).ink, width: 220, overflow: 'truncate' },
      splitLine: { show: false },
    },
    series: [
      {
        type: 'custom',
        data: rows.map(({ estimate, low, high }, i) => [
          estimate ?? NaN,
          low ?? estimate ?? NaN,
          high ?? estimate ?? NaN,
          i,
        ]),
        encode: { x: [0, 1, 2], y: 3 },
        renderItem: (_params: unknown, raw: unknown) => {
          const api = raw as Api;
          const i = api.value(3);
          const [x, y] = api.coord([api.value(0), i]);
          const [from] = api.coord([api.value(1), i]);
          const [to] = api.coord([api.value(2), i]);
          const stroke = { stroke: colour(i), lineWidth: 2 };
          const line = (x1: number, y1: number, x2: number, y2: number) => ({
            type: 'line' as const,
            shape: { x1, y1, x2, y2 },
            style: stroke,
          });
          return {
            type: 'group' as const,
            children: [
              ...(from === to
                ? []
                : [line(from, y, to, y), line(from, y - 5, from, y + 5), line(to, y - 5, to, y + 5)]),
              { type: 'circle' as const, shape: { cx: x, cy: y, r: 5 }, style: { fill: colour(i) } },
            ],
          };
        },
        markLine: {
          symbol: 'none',
          silent: true,
          label: { show: false },
          lineStyle: { color: quiet, type: 'solid', width: 1 },
          data: [{ xAxis: 0 }],
        },
      },
    ],
  };
}
