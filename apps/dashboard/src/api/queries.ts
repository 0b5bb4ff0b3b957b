import type { GridSpec } from '@ablate/design-space';
import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { experimentOf } from './change.js';
import { client } from './client.js';

/** Every question that pages ask, with the key under which its answer is kept (change.ts reads the keys). */

export const experimentsQuery = () =>
  queryOptions({ queryKey: ['experiments'], queryFn: () => client.experiments({ query: { limit: 1000 } }) });

export const planQuery = (spec: GridSpec | null, text: string) =>
  queryOptions({
    queryKey: ['plan', text],
    queryFn: () => client.plan({ body: { spec: spec! } }),
    enabled: spec !== null,
    retry: false,
    placeholderData: keepPreviousData,
  });

export const extensionQuery = (id: string, spec: GridSpec | null, text: string) =>
  queryOptions({
    queryKey: ['extension', id, text],
    queryFn: () => client.planExtension({ params: { id }, body: { spec: spec! } }),
    enabled: spec !== null,
    retry: false,
    placeholderData: keepPreviousData,
  });

export const inventoryQuery = () =>
  queryOptions({ queryKey: ['inventory'], queryFn: () => client.inventory({}), staleTime: 60_000 });

export const workersQuery = () => queryOptions({ queryKey: ['workers'], queryFn: () => client.workers({}) });

export const overviewQuery = (id: string) =>
  queryOptions({
    queryKey: ['experiment', id, 'overview'],
    queryFn: () => client.overview({ params: { id } }),
  });

export const cellsQuery = (id: string) =>
  queryOptions({ queryKey: ['experiment', id, 'cells'], queryFn: () => client.cells({ params: { id } }) });

export const comparisonQuery = (id: string) =>
  queryOptions({
    queryKey: ['experiment', id, 'comparison'],
    queryFn: () => client.compare({ params: { id } }),
  });

export const effectsQuery = (id: string, metric: string | undefined, model: 'main' | 'two_way' = 'main') =>
  queryOptions({
    queryKey: ['experiment', id, 'effects', metric, model],
    queryFn: () => client.effects({ params: { id }, query: { metric, model } }),
    enabled: metric !== undefined,
    retry: false,
  });

export const pivotQuery = (id: string, rows: string, columns: string, metric: string | undefined) =>
  queryOptions({
    queryKey: ['experiment', id, 'pivot', rows, columns, metric],
    queryFn: () => client.pivot({ params: { id }, query: { rows, columns, metric } }),
    enabled: metric !== undefined && rows !== columns,
    placeholderData: keepPreviousData,
    retry: false,
  });

export const curvesQuery = (id: string, metric: string, by: string) =>
  queryOptions({
    queryKey: ['experiment', id, 'curves', metric, by],
    queryFn: () => client.curves({ params: { id }, query: { metric, by } }),
    enabled: metric !== '',
    placeholderData: keepPreviousData,
  });

export const runsQuery = (id: string) =>
  queryOptions({ queryKey: ['experiment', id, 'runs'], queryFn: () => client.runs({ params: { id } }) });

export const runDetailQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', experimentOf(id), id, 'detail'],
    queryFn: () => client.runDetail({ params: { id } }),
  });

export const runMetricsQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', experimentOf(id), id, 'metrics'],
    queryFn: () => client.metrics({ query: { run: id } }),
  });

export const telemetryQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', experimentOf(id), id, 'telemetry'],
    queryFn: () => client.telemetry({ params: { id } }),
  });

export const logsQuery = (id: string, follow: boolean) =>
  queryOptions({
    queryKey: ['run', experimentOf(id), id, 'logs'],
    queryFn: () => client.logs({ params: { id }, query: { limit: 10_000 } }),
    refetchInterval: follow ? 2000 : false,
  });

/** Asked again while an answer is awaited. */
const ANSWER_MS = 700;

export const playgroundQuery = (id: string) =>
  queryOptions({
    queryKey: ['playground', id],
    queryFn: () => client.questionsOfRun({ params: { id } }),
    refetchInterval: ({ state: { data } }) =>
      (data ?? []).some(({ state }) => state === 'waiting' || state === 'running') ? ANSWER_MS : false,
  });

export interface PredictionsInput {
  readonly benchmark?: string | undefined;
  readonly runs?: string | undefined;
  readonly show?: 'all' | 'disagreement' | 'wrong' | 'right' | 'blind';
  readonly category?: string | undefined;
  readonly text?: string | undefined;
  readonly offset?: number;
}

export const predictionsQuery = (id: string, input: PredictionsInput) =>
  queryOptions({
    queryKey: ['experiment', id, 'predictions', input],
    queryFn: () => client.predictions({ params: { id }, query: { limit: 30, ...input } }),
    placeholderData: keepPreviousData,
  });

export const questionsQuery = (first: string, second: string, benchmark: string) =>
  queryOptions({
    queryKey: ['run', experimentOf(first), first, 'questions', second, benchmark],
    queryFn: () => client.questions({ params: { id: first }, query: { with: second, benchmark } }),
    enabled: first !== '' && second !== '',
  });

export const queueQuery = () =>
  queryOptions({ queryKey: ['queue'], queryFn: () => client.queue({ query: {} }) });
