import { afterEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';
import { createShutdown } from './shutdown.js';

describe('shutdown', () => {
  const signals = ['SIGTERM', 'SIGINT'] as const;
  const before = signals.map((signal) => process.listeners(signal));
  afterEach(() =>
    signals.forEach((signal, i) => {
      for (const listener of process.listeners(signal))
        if (!before[i]!.includes(listener)) process.removeListener(signal, listener);
    }),
  );

  it('closes the last opened first, once, whatever fails', async () => {
    const shutdown = createShutdown(createLogger('test', 'silent'));
    const closed: string[] = [];
    const close = (name: string) => async (): Promise<void> => void closed.push(name);
    shutdown.add('database', close('database'));
    shutdown.add('queue', () => Promise.reject(new Error('gone')));
    shutdown.add('server', close('server'));
    await Promise.all([shutdown.run('test'), shutdown.run('again')]);
    await shutdown.run('later');
    expect(closed).toEqual(['server', 'database']);
  });

  it('answers both signals', () => {
    createShutdown(createLogger('test', 'silent'));
    signals.forEach((signal, i) => expect(process.listenerCount(signal)).toBe(before[i]!.length + 1));
  });
});
