import { BarChart, CustomChart, LineChart, ParallelChart, ScatterChart } from 'echarts/charts';
import {
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use, type EChartsType } from 'echarts/core';
import type { EChartsOption } from 'echarts';
import { CanvasRenderer, SVGRenderer } from 'echarts/renderers';
import { useEffect, useRef, type RefObject } from 'react';

use([
  BarChart,
  CustomChart,
  LineChart,
  ParallelChart,
  ScatterChart,
  DataZoomComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  ParallelComponent,
  TooltipComponent,
  CanvasRenderer,
  SVGRenderer,
]);

interface Props {
  readonly option: EChartsOption;
  readonly height: number;
  /** What the figure says, for those who do not see it; its table is one button away. */
  readonly label: string;
  readonly onPick?: (params: {
    readonly name: string;
    readonly seriesName?: string;
    readonly data: unknown;
  }) => void;
  /** Where the drawing of what is on screen is left for exports. */
  readonly drawing?: RefObject<(() => string | null) | null>;
}

/** An ECharts figure that fits its place. */
export default function Chart({ option, height, label, onPick, drawing }: Props) {
  const place = useRef<HTMLDivElement>(null);
  const chart = useRef<EChartsType | null>(null);
  const pick = useRef(onPick);
  pick.current = onPick;

  useEffect(() => {
    const made = init(place.current, null, { renderer: 'canvas' });
    chart.current = made;
    made.on('click', (params) => pick.current?.(params as never));
    const observer = new ResizeObserver(() => made.resize());
    observer.observe(place.current!);
    return () => {
      observer.disconnect();
      made.dispose();
      chart.current = null;
    };
  }, []);

  useEffect(() => {
    chart.current?.setOption({ animation: false, ...option }, { notMerge: true });
  }, [option]);

  useEffect(() => {
    if (!drawing) return;
    drawing.current = () => {
      const live = chart.current;
      if (!live) return null;
      const still = init(null, null, {
        renderer: 'svg',
        ssr: true,
        width: live.getWidth(),
        height: live.getHeight(),
      });
      // What was zoomed or switched off on screen is so in the export.
      still.setOption({ ...(live.getOption() as EChartsOption), animation: false });
      const svg = still.renderToSVGString();
      still.dispose();
      return svg;
    };
  }, [drawing]);

  return <div ref={place} role="img" aria-label={label} style={{ width: '100%', height }} />;
}
