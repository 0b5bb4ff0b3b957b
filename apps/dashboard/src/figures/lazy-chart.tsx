import { lazy, Suspense, type ComponentProps } from 'react';
import { LoadingFigure } from '../parts/loading.js';

const Chart = lazy(() => import('./chart.js'));

/** A chart whose library comes when the first chart is shown; its place is kept meanwhile. */
export const LazyChart = (props: ComponentProps<typeof Chart>) => (
  <Suspense fallback={<LoadingFigure height={props.height} />}>
    <Chart {...props} />
  </Suspense>
);
