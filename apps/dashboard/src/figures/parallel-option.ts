import type { EChartsOption } from 'echarts';
import { value } from '../format/numbers.js';
import { baseOption, inks } from './base-option.js';
import { scaleColour } from './colours.js';

export interface ParallelAxis {
  readonly name: string;
  /** Labels of a choice; null for a number. */
  readonly levels: readonly string[] | null;
}

export interface ParallelLine {
  readonly label: string;
  readonly values: readonly (string | number)[];
  /** Place of its score between the worst and the best. */
  readonly share: number;
}

/** Cells as lines through their choices and scores; drag on an axis to keep a part. */
export function parallelOption(
  axes: readonly ParallelAxis[],
  lines: readonly ParallelLine[],
  dark: boolean,
): EChartsOption {
  const { ink, line, panel } = inks(dark);
  const halo = { color: ink, textBorderColor: panel, textBorderWidth: 3 };
  const base = baseOption(dark);
  return {
    ...base,
    legend: { show: false },
    tooltip: {
      ...base.tooltip,
      formatter: (params: unknown) => lines[(params as { dataIndex: number }).dataIndex]!.label,
    },
    parallel: { left: 60, right: 90, top: 40, bottom: 16, parallelAxisDefault: { nameLocation: 'end' } },
    parallelAxis: axes.map(({ name, levels }, dim) => {
      const style = {
        dim,
        name,
        nameTextStyle: { color: ink },
        axisLine: { lineStyle: { color: line, width: 2 } },
      };
      return levels === null
        ? {
            ...style,
            type: 'value' as const,
            scale: true,
            axisLabel: { ...halo, formatter: (number: number) => value(number) },
          }
        : {
            ...style,
            type: 'category' as const,
            data: [...levels],
            axisLabel: { ...halo, width: 110, overflow: 'truncate' as const },
          };
    }),
    series: [
      {
        type: 'parallel',
        lineStyle: { width: 2, opacity: 0.8 },
        emphasis: { lineStyle: { width: 4, opacity: 1 } },
        data: lines.map(({ values, share }) => ({
          value: [...values],
          // The palest yellow does not show on white.
          lineStyle: { color: scaleColour(dark ? 0.25 + 0.75 * share : 0.85 * share).fill },
        })),
      },
    ],
  };
}
