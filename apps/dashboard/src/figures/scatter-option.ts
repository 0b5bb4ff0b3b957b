import type { EChartsOption } from 'echarts';
import { amount, value } from '../format/numbers.js';
import { axisStyle, baseOption, inks } from './base-option.js';

export interface Spot {
  readonly id: string;
  readonly label: string;
  readonly x: number;
  readonly y: number;
  readonly front: boolean;
  readonly baseline: boolean;
}

interface Names {
  readonly x: string;
  readonly xUnit: string;
  readonly y: string;
}

/** Score against cost; the front is a line of larger marks. */
export function paretoOption(spots: readonly Spot[], { x, xUnit, y }: Names, dark: boolean): EChartsOption {
  const base = baseOption(dark);
  const { quiet } = inks(dark);
  const front = spots.filter((spot) => spot.front).sort((a, b) => a.x - b.x);
  const point = (spot: Spot) => ({ name: spot.label, value: [spot.x, spot.y], id: spot.id });
  const strong = dark ? '#5AB4F0' : '#0072B2';
  return {
    ...base,
    grid: { left: 12, right: 24, top: 36, bottom: 8, outerBoundsMode: 'same' },
    tooltip: {
      ...base.tooltip,
      trigger: 'item',
      formatter: (params: unknown) => {
        const { name, value: at } = params as { name: string; value: [number, number] };
        return `${name}<br/>${y} ${value(at[1])}<br/>${x} ${amount(at[0], xUnit)}`;
      },
    },
    xAxis: {
      type: 'value',
      name: x,
      nameLocation: 'middle',
      nameGap: 28,
      scale: true,
      ...axisStyle(dark),
      axisLabel: { color: quiet, hideOverlap: true, formatter: (number: number) => amount(number, xUnit) },
    },
    yAxis: { type: 'value', name: y, scale: true, ...axisStyle(dark) },
    series: [
      {
        type: 'scatter',
        name: 'other cells',
        symbolSize: 9,
        itemStyle: { color: quiet },
        data: spots.filter((spot) => !spot.front && !spot.baseline).map(point),
      },
      {
        type: 'line',
        name: 'front',
        step: 'end',
        symbol: 'diamond',
        symbolSize: 14,
        color: strong,
        lineStyle: { type: 'dashed' },
        data: front.map(point),
      },
      {
        type: 'scatter',
        name: 'baseline',
        symbol: 'triangle',
        symbolSize: 14,
        itemStyle: { color: dark ? '#FF8A4C' : '#D55E00' },
        data: spots.filter((spot) => spot.baseline).map(point),
      },
    ],
  };
}
