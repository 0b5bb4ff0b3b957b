import { describe, expect, it } from '@jest/globals';
import { AblateError } from '@ablate/errors';
import type { Batch, MetricRepository } from '@ablate/storage';
import { EventWriter } from './event-writer.js';

const fence = { attemptId: 'a-1', token: 't' };

/** A writer over a store that answers as told; what was written, and what was reported. */
function writer(answers: (() => Promise<void>)[] = []) {
  const batches: Batch[] = [];
  const failures: unknown[] = [];
  const metrics = {
    write: async (_: unknown, __: string, batch: Batch) => {
      await answers.shift()?.();
      batches.push(batch);
    },
  } as unknown as MetricRepository;
  const events = new EventWriter(metrics, fence, 'key', 1000, (error) => failures.push(error));
  return { events, batches, failures };
}
const metric = (step: number) =>
  ({ type: 'metrics', points: [{ name: 'loss', step, value: step }] }) as const;
const stepsOf = (batches: Batch[]) => batches.map(({ points }) => points.map(({ step }) => step));

describe('the event writer', () => {
  it('writes in batches, in order, and says when all is written', async () => {
    const { events, batches } = writer();
    for (const step of [1, 2, 3]) events.event(metric(step));
    events.line('stdout', 'hello');
    events.event({ type: 'log', level: 'warn', message: 'careful' });
    await events.flush();
    events.event(metric(4));
    await events.flush();
    expect(stepsOf(batches)).toEqual([[1, 2, 3], [4]]);
    expect(batches[0]!.lines).toEqual([
      { sequence: 0, stream: 'stdout', text: 'hello' },
      { sequence: 1, stream: 'log', text: 'warn: careful' },
    ]);
  });

  it('writes nothing twice and nothing when there is nothing', async () => {
    const { events, batches } = writer();
    await events.flush();
    events.event(metric(1));
    await Promise.all([events.flush(), events.flush()]);
    expect(stepsOf(batches)).toEqual([[1]]);
  });

  it('does not wait for the clock when much is pending', async () => {
    const { events, batches } = writer();
    for (let step = 0; step < 2000; step += 1) events.event(metric(step));
    await new Promise((resolve) => setImmediate(resolve));
    expect(batches.map(({ points }) => points.length)).toEqual([2000]);
  });

  it('tries again while the database is away', async () => {
    const away = () => Promise.reject(new Error('ECONNREFUSED'));
    const { events, batches, failures } = writer([away, away]);
    events.event(metric(1));
    await events.flush();
    expect(stepsOf(batches)).toEqual([[1]]);
    expect(failures).toEqual([]);
  });

  it('reports a rejected write at once and writes nothing after it', async () => {
    const stale = new AblateError('STALE_ATTEMPT', 'given away');
    const { events, batches, failures } = writer([() => Promise.reject(stale)]);
    events.event(metric(1));
    await expect(events.flush()).rejects.toBe(stale);
    events.event(metric(2));
    await expect(events.flush()).rejects.toBe(stale);
    expect(batches).toEqual([]);
    expect(failures).toEqual([stale, stale]);
  });
});
