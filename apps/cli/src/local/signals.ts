/** Aborts at the first SIGINT or SIGTERM. A second one ends the command at once. */
export function abortOnSignal(): AbortSignal {
  const controller = new AbortController();
  const first = (): void => {
    process.removeListener('SIGINT', first);
    process.removeListener('SIGTERM', first);
    process.once('SIGINT', () => process.exit(130));
    process.once('SIGTERM', () => process.exit(143));
    controller.abort();
  };
  process.on('SIGINT', first);
  process.on('SIGTERM', first);
  return controller.signal;
}

/** Settles when a signal aborts. */
export const aborted = (signal: AbortSignal): Promise<'stopped'> =>
  new Promise((settle) => {
    if (signal.aborted) settle('stopped');
    else signal.addEventListener('abort', () => settle('stopped'), { once: true });
  });
