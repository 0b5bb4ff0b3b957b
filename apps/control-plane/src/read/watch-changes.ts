import type { ChangeEvent } from '@ablate/contracts';
import type { Fingerprint } from '@ablate/storage';
import type { Context } from '../context.js';

const LOOK_MS = 500;

/** What differs between two looks; null when nothing does. */
export function changeBetween(before: Fingerprint, now: Fingerprint): ChangeEvent | null {
  const experiments = [...now.experiments].flatMap(([id, print]) =>
    before.experiments.get(id) === print ? [] : [id],
  );
  const workers = before.workers !== now.workers;
  const queue = before.queue !== now.queue;
  return experiments.length > 0 || workers || queue ? { type: 'change', experiments, workers, queue } : null;
}

/** Looks while anybody listens, once for all who do. */
export class ChangeWatch {
  private readonly listeners = new Set<(change: ChangeEvent) => void>();
  private looking = false;

  constructor(private readonly context: Pick<Context, 'changes' | 'logger'>) {}

  /** Calls `tell` with every change from now on, until the function that it returns is called. */
  listen(tell: (change: ChangeEvent) => void): () => void {
    this.listeners.add(tell);
    if (!this.looking) void this.look();
    return () => void this.listeners.delete(tell);
  }

  private async look(): Promise<void> {
    this.looking = true;
    let before: Fingerprint | null = null;
    while (this.listeners.size > 0) {
      try {
        const now = await this.context.changes.look();
        const change = before && changeBetween(before, now);
        before = now;
        if (change) for (const tell of this.listeners) tell(change);
      } catch (error) {
        // The database may be away for a moment; the stream outlives that.
        this.context.logger.warn({ err: error }, 'changes could not be read');
      }
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
    }
    this.looking = false;
  }
}
