import { toErrorShape } from '@ablate/errors';
import type { Context } from '../context.js';
import { reconcile } from './reconcile.js';
import { scheduleReady } from './schedule.js';

/** Reconciling looks at every running experiment; scheduling only at what is ready. */
const RECONCILE_EVERY = 4;

/** The loop: schedules at every tick, reconciles at every fourth. One round at a time; a failed round is logged and tried again. */
export function startScheduler(context: Context): { stop(): Promise<void> } {
  const { settings, logger } = context;
  let stopped = false;
  let wake: () => void = () => undefined;
  const loop = async (): Promise<void> => {
    for (let round = 0; !stopped; round += 1) {
      try {
        if (round % RECONCILE_EVERY === 0) await reconcile(context);
        await scheduleReady(context);
      } catch (error) {
        logger.error({ error: toErrorShape(error) }, 'scheduling round failed');
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        setTimeout(resolve, settings.timing.tickMs);
      });
    }
  };
  const running = loop();
  return {
    stop: async () => {
      stopped = true;
      wake();
      await running;
    },
  };
}
