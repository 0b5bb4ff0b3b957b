import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openQueue, type JobQueue, type QueueOptions } from '@ablate/queue';
import { startTestDatabase, type TestDatabase } from '@ablate/storage/testing';

const noQuestions = { 'answer-question': () => Promise.reject(new Error('no question')) };
const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

interface Backend {
  readonly options: QueueOptions;
  stop(): Promise<void>;
}

async function redis(): Promise<Backend> {
  const port = await freePort();
  const dir = await mkdtemp(join(tmpdir(), 'ablate-redis-'));
  const server = spawn(
    'redis-server',
    ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--dir', dir],
    { stdio: 'ignore' },
  );
  return {
    options: { redisUrl: `redis://127.0.0.1:${port}`, databaseUrl: 'postgresql://unused', pool: 'test' },
    stop: async () => {
      server.kill('SIGTERM');
      await new Promise((resolve) => server.once('exit', resolve));
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function postgres(): Promise<Backend> {
  const database: TestDatabase = await startTestDatabase();
  return {
    options: { redisUrl: null, databaseUrl: database.url, pool: 'test' },
    stop: () => database.stop(),
  };
}

const payload = (attemptId: string) => ({
  version: 1 as const,
  stageKey: 'a'.repeat(64),
  attemptId,
  pool: 'test',
});
const until = async (condition: () => boolean | Promise<boolean>): Promise<void> => {
  for (let i = 0; i < 600; i += 1) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The condition did not come true.');
};

function suite(start: () => Promise<Backend>): void {
  let backend: Backend;
  let queue: JobQueue;
  beforeAll(async () => {
    backend = await start();
    queue = await openQueue(backend.options);
  }, 60_000);
  afterAll(async () => {
    await queue.close();
    await backend.stop();
  }, 60_000);

  it('carries a payload to its handler, once an id, highest priority first', async () => {
    await queue.enqueue('run-stage', payload('low'), { jobId: 'job-low', priority: 10 });
    await queue.enqueue('run-stage', payload('low'), { jobId: 'job-low', priority: 10 });
    await queue.enqueue('run-stage', payload('high'), { jobId: 'job-high', priority: 90 });
    expect(await queue.has('job-low')).toBe(true);
    expect(await queue.has('job-none')).toBe(false);
    const seen: string[] = [];
    const work = await queue.work(
      { ...noQuestions, 'run-stage': async ({ attemptId }) => void seen.push(attemptId) },
      { concurrency: 1, onError: () => undefined },
    );
    await until(() => seen.length === 2);
    await until(async () => !(await queue.has('job-low')));
    await work.close();
    expect(seen).toEqual(['high', 'low']);
  }, 60_000);

  it('waits for running handlers when it closes, and does not run a failed job again', async () => {
    let runs = 0;
    let ended = false;
    const work = await queue.work(
      {
        ...noQuestions,
        'run-stage': async () => {
          runs += 1;
          await new Promise((resolve) => setTimeout(resolve, 300));
          ended = true;
          throw new Error('this handler fails');
        },
      },
      { concurrency: 1, onError: () => undefined },
    );
    await queue.enqueue('run-stage', payload('fails'), { jobId: 'job-fails', priority: 50 });
    await until(() => runs === 1);
    await work.close();
    expect(ended).toBe(true);
    expect(await queue.has('job-fails')).toBe(false);
    expect(runs).toBe(1);
  }, 60_000);

  it('refuses a payload that the catalogue does not know', async () => {
    const broken = { ...payload('x'), stageKey: 'short' };
    await expect(
      queue.enqueue('run-stage', broken, { jobId: 'job-broken', priority: 50 }),
    ).rejects.toMatchObject({ code: 'BAD_JOB', path: 'stageKey' });
  });

  it('removes a waiting job', async () => {
    await queue.enqueue('run-stage', payload('gone'), { jobId: 'job-gone', priority: 50 });
    await queue.remove('job-gone');
    expect(await queue.has('job-gone')).toBe(false);
  });
}

describe('queue on PostgreSQL', () => suite(postgres));

const hasRedis = spawnSync('redis-server', ['--version']).status === 0;
(hasRedis ? describe : describe.skip)(
  `queue on Redis${hasRedis ? '' : ' (skipped: no redis-server on PATH)'}`,
  () => suite(redis),
);
