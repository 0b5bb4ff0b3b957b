import type { Logger } from './logger.js';

/** Closes what was opened, last opened first, once, on SIGTERM, SIGINT or a call. */
export interface Shutdown {
  /** Names something that must be closed. */
  add(name: string, close: () => Promise<void>): void;
  /** Closes everything; failures are logged and do not stop the others. */
  run(reason: string): Promise<void>;
}

/** Registers for SIGTERM and SIGINT; the process exits 0 when all is closed. */
export function createShutdown(logger: Logger): Shutdown {
  const closers: { name: string; close: () => Promise<void> }[] = [];
  let running: Promise<void> | null = null;
  const closeAll = async (reason: string): Promise<void> => {
    logger.info({ reason }, 'shutting down');
    for (const { name, close } of closers.reverse()) {
      await close().catch((error: unknown) => logger.error({ error, name }, 'could not close'));
    }
  };
  const shutdown: Shutdown = {
    add: (name, close) => void closers.push({ name, close }),
    run: (reason) => (running ??= closeAll(reason)),
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => void shutdown.run(signal).then(() => process.exit(0)));
  }
  return shutdown;
}
