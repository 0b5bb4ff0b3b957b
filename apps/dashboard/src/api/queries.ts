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

export const inventoryQuery = () =>
  queryOptions({ queryKey: ['inventory'], queryFn: () => client.inventory({}), staleTime: 60_000 });

export const workersQuery = () => queryOptions({ queryKey: ['workers'], queryFn: () => client.workers({}) });

export const runQuery = (id: string) =>
  queryOptions({
    queryKey: ['run', experimentOf(id), id],
    queryFn: () => client.run({ params: { id } }),
  });
