import { setTimeout as sleep } from 'node:timers/promises';
import type { ExperimentDetail } from '@ablate/contracts';
import type { Deployment } from './deployment.js';

/** Looks until something is so; Jest's own limit ends a test in which it never is. */
export async function until<T>(look: () => Promise<T>, so: (seen: T) => boolean): Promise<T> {
  for (;;) {
    const seen = await look();
    if (so(seen)) return seen;
    await sleep(20);
  }
}

/** An experiment once it is over. */
export const ended = ({ client }: Deployment, id: string): Promise<ExperimentDetail> =>
  until(
    () => client.experiment({ params: { id } }),
    ({ state }) => state !== 'running',
  );
