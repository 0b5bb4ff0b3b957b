import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  parseSearchWith,
  stringifySearchWith,
} from '@tanstack/react-router';
import { EmptyState } from '../parts/empty-state.js';
import { ErrorState } from '../parts/error-state.js';
import { LoadingRows } from '../parts/loading.js';
import { ExperimentsPage } from '../pages/experiments/experiments-page.js';
import { withoutEmpty, type Search } from './search.js';
import { Shell } from './shell.js';

const root = createRootRoute({
  component: Shell,
  validateSearch: (search): Search =>
    withoutEmpty(Object.fromEntries(Object.entries(search).map(([name, text]) => [name, String(text)]))),
  notFoundComponent: () => (
    <EmptyState title="There is no such page">
      The address names none. Experiments are listed on the first page; press Ctrl K to find anything.
    </EmptyState>
  ),
});

const experiments = createRoute({ getParentRoute: () => root, path: '/', component: ExperimentsPage });
const submit = createRoute({
  getParentRoute: () => root,
  path: '/new',
  component: lazyRouteComponent(() => import('../pages/new/new-page.js'), 'NewPage'),
});
const experiment = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$id',
  component: lazyRouteComponent(() => import('../pages/experiment/experiment-page.js'), 'ExperimentPage'),
});
const predictions = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$id/predictions',
  component: lazyRouteComponent(() => import('../pages/predictions/predictions-page.js'), 'PredictionsPage'),
});
const extend = createRoute({
  getParentRoute: () => root,
  path: '/experiments/$id/extend',
  component: lazyRouteComponent(() => import('../pages/extend/extend-page.js'), 'ExtendPage'),
});
const run = createRoute({
  getParentRoute: () => root,
  path: '/runs/$id',
  component: lazyRouteComponent(() => import('../pages/run/run-page.js'), 'RunPage'),
});
const workers = createRoute({
  getParentRoute: () => root,
  path: '/workers',
  component: lazyRouteComponent(() => import('../pages/workers/workers-page.js'), 'WorkersPage'),
});

export const router = createRouter({
  routeTree: root.addChildren([experiments, submit, experiment, extend, predictions, run, workers]),
  // Parameters are plain text: `?tab=curves`, not JSON.
  parseSearch: parseSearchWith((text) => text),
  stringifySearch: stringifySearchWith((text: unknown) => String(text)),
  defaultPreload: 'intent',
  defaultPendingMs: 150,
  defaultPendingComponent: () => <LoadingRows rows={8} />,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} retry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
