import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobPayload } from '@ablate/contracts';
import { startTestDatabase, type TestDatabase } from '@ablate/storage/testing';
import { openQueue, type JobQueue, type Work } from '@ablate/queue';
import { hasRedis, startRedis, type TestRedis } from './start-redis.js';

type Payload = JobPayload<'run-stage'>;
const payload = (attemptId: string): Payload => ({
  version: 1,
  stageKey: 'a'.repeat(64),
  attemptId,
  pool: 'default',
});

/** Settles when `count` jobs were handled; the order of their attempts. */
function collector(count: number): {
  handled: Promise<string[]>;
  handle: (payload: Payload) => Promise<void>;
} {
  const seen: string[] = [];
  let settle: (seen: string[]) => void;
  const handled = new Promise<string[]>((resolve) => (settle = resolve));
  const handle = async ({ attemptId }: Payload): Promise<void> => {
    seen.push(attemptId);
    if (seen.length === count) settle(seen);
  };
  return { handled, handle };
}

const backends = [
  { backend: 'postgres', there: true, why: '' },
  { backend: 'redis', there: hasRedis, why: ' (skipped: no redis-server on the PATH)' },
] as const;

let database: TestDatabase;
beforeAll(async () => {
  database = await startTestDatabase(process.env['DATABASE_URL']);
}, 300_000);
afterAll(() => database.stop(), 120_000);

for (const { backend, there, why } of backends) {
  (there ? describe : describe.skip)(`the queue on ${backend}${there ? '' : why}`, () => {
    let redis: TestRedis | null = null;
    let pools = 0;
    const open: { close(): Promise<void> }[] = [];

    beforeAll(async () => {
      if (backend === 'redis') redis = await startRedis();
    });
    afterAll(() => redis?.stop());
    afterEach(async () => {
      for (const thing of open.splice(0).reverse()) await thing.close();
    });

    const openAt = async (pool: string): Promise<JobQueue> => {
      const queue = await openQueue({ redisUrl: redis?.url ?? null, databaseUrl: database.url, pool });
      open.push(queue);
      return queue;
    };
    const fresh = (): Promise<JobQueue> => openAt(`pool${(pools += 1)}`);
    const work = async (
      queue: JobQueue,
      handle: (payload: Payload) => Promise<void>,
      concurrency = 1,
    ): Promise<Work> => {
      const errors: Error[] = [];
      const worker = await queue.work(
        { 'run-stage': handle, 'answer-question': () => Promise.reject(new Error('no question')) },
        { concurrency, onError: (error) => errors.push(error) },
      );
      open.push(worker);
      return worker;
    };

    it('says what it is', async () => {
      expect((await fresh()).backend).toBe(backend);
    });

    it('hands out the higher priority first, equal ones in the order of coming', async () => {
      const queue = await fresh();
      for (const [id, priority] of [
        ['low', 0],
        ['first', 50],
        ['second', 50],
        ['high', 100],
      ] as const)
        await queue.enqueue('run-stage', payload(id), { jobId: `job-${id}`, priority });
      const { handled, handle } = collector(4);
      await work(queue, handle);
      expect(await handled).toEqual(['high', 'first', 'second', 'low']);
    });

    it('adds a job of one id once while it waits or runs', async () => {
      const queue = await fresh();
      const { handled, handle } = collector(2);
      await queue.enqueue('run-stage', payload('once'), { jobId: 'job-once', priority: 50 });
      await queue.enqueue('run-stage', payload('once'), { jobId: 'job-once', priority: 50 });
      await queue.enqueue('run-stage', payload('last'), { jobId: 'job-last', priority: 1 });
      expect(await queue.has('job-once')).toBe(true);
      await work(queue, handle);
      expect(await handled).toEqual(['once', 'last']);
    });

    it('adds a job again when the one of its id has ended, so that a row without a job gets one', async () => {
      const queue = await fresh();
      const ended = collector(1);
      await queue.enqueue('run-stage', payload('again'), { jobId: 'job-again', priority: 50 });
      const first = await work(queue, async (given) => {
        await ended.handle(given);
        throw new Error('refused');
      });
      await ended.handled;
      await first.close();
      expect(await queue.has('job-again')).toBe(false);
      await queue.enqueue('run-stage', payload('again'), { jobId: 'job-again', priority: 50 });
      expect(await queue.has('job-again')).toBe(true);
      const { handled, handle } = collector(1);
      await work(queue, handle);
      expect(await handled).toEqual(['again']);
    });

    it('forgets a job that was removed', async () => {
      const queue = await fresh();
      await queue.enqueue('run-stage', payload('gone'), { jobId: 'job-gone', priority: 90 });
      await queue.enqueue('run-stage', payload('stays'), { jobId: 'job-stays', priority: 10 });
      await queue.remove('job-gone');
      expect(await queue.has('job-gone')).toBe(false);
      const { handled, handle } = collector(1);
      await work(queue, handle);
      expect(await handled).toEqual(['stays']);
    });

    it('waits for what runs when work is closed, and takes nothing more', async () => {
      const queue = await fresh();
      let release = (): void => undefined;
      const gate = new Promise<void>((resolve) => (release = resolve));
      const started = collector(1);
      let finished = false;
      await queue.enqueue('run-stage', payload('runs'), { jobId: 'job-runs', priority: 90 });
      await queue.enqueue('run-stage', payload('waits'), { jobId: 'job-waits', priority: 10 });
      const worker = await work(queue, async (given) => {
        await started.handle(given);
        await gate;
        finished = true;
      });
      await started.handled;
      const closed = worker.close();
      release();
      await closed;
      expect(finished).toBe(true);
      expect(await queue.has('job-waits')).toBe(true);
    });

    it('refuses a payload that its catalogue does not know, naming the field', async () => {
      const queue = await fresh();
      const bad = { ...payload('bad'), stageKey: 'short' };
      await expect(queue.enqueue('run-stage', bad, { jobId: 'job-bad', priority: 50 })).rejects.toMatchObject(
        {
          code: 'BAD_JOB',
          path: 'stageKey',
          value: 'short',
        },
      );
      expect(await queue.has('job-bad')).toBe(false);
    });

    it('keeps the jobs of pools apart', async () => {
      const one = await fresh();
      const two = await fresh();
      await one.enqueue('run-stage', payload('for-one'), { jobId: 'job-shared', priority: 50 });
      expect(await two.has('job-shared')).toBe(false);
      const { handled, handle } = collector(1);
      await work(two, handle);
      await two.enqueue('run-stage', payload('for-two'), { jobId: 'job-shared', priority: 50 });
      expect(await handled).toEqual(['for-two']);
      expect(await one.has('job-shared')).toBe(true);
    });

    it('carries jobs between processes that open it', async () => {
      const pool = `pool${(pools += 1)}`;
      const sender = await openAt(pool);
      const receiver = await openAt(pool);
      const { handled, handle } = collector(20);
      await work(receiver, handle, 4);
      const ids = Array.from({ length: 20 }, (_, i) => `many-${i}`);
      await Promise.all(
        ids.map((id) => sender.enqueue('run-stage', payload(id), { jobId: id, priority: 50 })),
      );
      expect((await handled).sort()).toEqual([...ids].sort());
    });
  });
}
