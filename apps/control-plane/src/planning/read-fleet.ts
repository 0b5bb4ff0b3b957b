import { coreCount } from '@ablate/runtime';
import type { Worker } from '@ablate/storage';
import type { Context } from '../context.js';
import { clockOf, type Clock } from './estimate-time.js';

/** How fast work gets done here: seconds of a stage, and slots that do it. */
export interface Fleet {
  readonly clock: Clock;
  readonly slotsOf: (pool: string) => number;
}

/** Observed throughput and the workers there are; a pool without any is taken for one local worker. */
export async function readFleet({ stages, workers }: Pick<Context, 'stages' | 'workers'>): Promise<Fleet> {
  const online: readonly Worker[] = await workers.list();
  return {
    clock: clockOf(await stages.throughput()),
    slotsOf: (pool) =>
      online.reduce((total, worker) => total + (worker.pool === pool ? worker.slots : 0), 0) || coreCount(),
  };
}
