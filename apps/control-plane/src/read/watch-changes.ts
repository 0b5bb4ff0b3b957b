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
  /** The first look of those that go on; null while nobody listens. */
  private begun: Promise<void> | null = null;

  constructor(private readonly context: Pick<Context, 'changes' | 'logger'>) {}

  /** Calls `tell` with every change after the promise's fulfilment, until the function that it gives is called. */
  async listen(tell: (change: ChangeEvent) => void): Promise<() => void> {
    this.listeners.add(tell);
    this.begun ??= this.begin();
    await this.begun;
    return () => void this.listeners.delete(tell);
  }

  private async begin(): Promise<void> {
    void this.goOn(await this.look(null));
  }

  private async goOn(first: Fingerprint | null): Promise<void> {
    let before = first;
    while (this.listeners.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      before = await this.look(before);
    }
    this.begun = null;
  }

  private async look(before: Fingerprint | null): Promise<Fingerprint | null> {
    try {
      const now = await this.context.changes.look();
      const change = before && changeBetween(before, now);
      if (change) for (const tell of this.listeners) tell(change);
      return now;
    } catch (error) {
      // The database may be away for a moment; the stream outlives that.
      this.context.logger.warn({ err: error }, 'changes could not be read');
      return before;
    }
  }
}
