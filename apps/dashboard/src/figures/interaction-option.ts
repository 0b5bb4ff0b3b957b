import type { EChartsOption } from 'echarts';
import { axisStyle, baseOption } from './base-option.js';
import { kindColour, kindDash } from './colours.js';

export interface InteractionLine {
  readonly name: string;
  readonly means: readonly (number | null)[];
}

/** Means of two axes: lines that do not run alike interact. */
export function interactionOption(
  levels: readonly string[],
  lines: readonly InteractionLine[],
  metric: string,
  dark: boolean,
): EChartsOption {
  const base = baseOption(dark);
  return {
    ...base,
    tooltip: { ...base.tooltip, trigger: 'axis' },
    grid: { left: 12, right: 24, top: 40, bottom: 12, outerBoundsMode: 'same' },
    xAxis: { type: 'category', data: [...levels], ...axisStyle(dark) },
    yAxis: { type: 'value', name: metric, scale: true, ...axisStyle(dark) },
    series: lines.map(({ name, means }, i) => ({
      type: 'line' as const,
      name,
      color: kindColour(i, dark),
      lineStyle: { type: kindDash(i), width: 2 },
      symbol: ['circle', 'rect', 'triangle', 'diamond'][i % 4]!,
      symbolSize: 10,
      data: [...means],
    })),
  };
}
