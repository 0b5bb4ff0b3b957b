import type { CurvesView } from '@ablate/contracts';
import type { EChartsOption } from 'echarts';
import { value } from '../format/numbers.js';
import { axisStyle, baseOption } from './base-option.js';
import { kindColour, kindDash } from './colours.js';

interface Options {
  readonly dark: boolean;
  readonly log: boolean;
  readonly bands: boolean;
}

type Groups = CurvesView['groups'];
/** More groups than this, and a legend says nothing: they are told apart by pointing at them. */
const MOST_NAMED = 24;

/** A band is the lower edge, unseen, and what lies between, on top of it. */
function bandOf(group: Groups[number], i: number, dark: boolean) {
  const points = group.points.filter(({ low, high }) => low !== null && high !== null);
  if (points.length === 0) return [];
  const common = {
    type: 'line' as const,
    stack: `band ${i}`,
    stackStrategy: 'all' as const,
    symbol: 'none',
    lineStyle: { opacity: 0 },
    silent: true,
    name: group.name,
    color: kindColour(i, dark),
    tooltip: { show: false },
    emphasis: { disabled: true },
  };
  return [
    { ...common, data: points.map(({ step, low }) => [step, low]) },
    {
      ...common,
      areaStyle: { color: kindColour(i, dark), opacity: 0.16 },
      data: points.map(({ step, low, high }) => [step, high! - low!]),
    },
  ];
}

/** Learning curves with intervals. */
export function curvesOption(groups: Groups, metric: string, { dark, log, bands }: Options): EChartsOption {
  const many = groups.length > MOST_NAMED;
  const lines = groups.map((group, i) => ({
    type: 'line' as const,
    name: group.name,
    symbol: 'none',
    color: kindColour(i, dark),
    lineStyle: { width: many ? 1 : 2, type: kindDash(i), opacity: many ? 0.7 : 1 },
    emphasis: many ? { focus: 'series' as const, lineStyle: { width: 3 } } : { disabled: true },
    triggerLineEvent: many,
    data: group.points.map(({ step, mean }) => [step, mean]),
  }));
  const base = baseOption(dark);
  return {
    ...base,
    grid: { left: 12, right: 18, top: many ? 14 : 36, bottom: 8, outerBoundsMode: 'same' },
    legend: many ? { show: false } : base.legend,
    tooltip: {
      ...base.tooltip,
      trigger: many ? 'item' : 'axis',
      ...(many
        ? {
            formatter: (params: unknown) => {
              const { seriesName, data } = params as { seriesName: string; data: [number, number] };
              return `${seriesName}${Array.isArray(data) ? `<br/>step ${data[0]}: ${value(data[1])}` : ''}`;
            },
          }
        : {}),
    },
    dataZoom: [{ type: 'inside', filterMode: 'none' }],
    xAxis: {
      type: 'value',
      name: 'step',
      nameLocation: 'middle',
      nameGap: 26,
      min: 'dataMin',
      max: 'dataMax',
      ...axisStyle(dark),
    },
    yAxis: { type: log ? 'log' : 'value', name: metric, scale: true, ...axisStyle(dark) },
    // A logarithmic axis cannot stack: bands are for the linear one.
    series: [
      ...(bands && !log && !many ? groups.flatMap((group, i) => bandOf(group, i, dark)) : []),
      ...lines,
    ],
  };
}
