import { parseJob, type JobHandlers, type JobName, type JobPayload } from '@ablate/contracts';
import { createPostgresBackend, Queue, runMigrations, Worker, withBackend, type Job } from 'bullmq';
import pg from 'pg';

export interface QueueOptions {
  /** Redis when given, else the PostgreSQL of the database. */
  readonly redisUrl: string | null;
  readonly databaseUrl: string;
  /** Jobs of one pool of workers have a queue of their own. */
  readonly pool: string;
  /** Told of connections that broke; they are made again. What a call needed is that call's own failure. */
  readonly onError?: (error: Error) => void;
}

export interface JobOptions {
  /** Idempotent: while a job of this id waits or runs, a second is not added. No ":" and not only digits. */
  readonly jobId: string;
  /** 0..100, higher first. */
  readonly priority: number;
}

export interface WorkOptions {
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
}

/** The queue carries and nothing more: rows come first, a lost job is enqueued again. */
export interface JobQueue {
  readonly backend: 'redis' | 'postgres';
  enqueue<N extends JobName>(name: N, payload: JobPayload<N>, options: JobOptions): Promise<void>;
  /** Whether a job of this id waits or runs. */
  has(jobId: string): Promise<boolean>;
  remove(jobId: string): Promise<void>;
  /** Takes jobs until `close`. A handler that throws fails the job; BullMQ does not run it again. */
  work(handlers: JobHandlers, options: WorkOptions): Promise<Work>;
  close(): Promise<void>;
}

export interface Work {
  /** Takes no more jobs and waits for those that run. */
  close(): Promise<void>;
}

/** BullMQ knows 1 as the highest priority and 0 as none. */
const toBullPriority = (priority: number): number => 101 - priority;
const RETENTION = {
  removeOnComplete: { age: 3600, count: 1000 },
  removeOnFail: { age: 86_400, count: 1000 },
} as const;
/** A supervisor's event loop is never blocked; this bounds how long a killed worker's job stays hidden. */
const LOCK_MS = 30_000;

const ENDED: readonly string[] = ['completed', 'failed', 'unknown'];
const hasEnded = async (job: Job): Promise<boolean> => ENDED.includes(await job.getState());

const handle = <N extends JobName>(handlers: JobHandlers, name: N, data: unknown): Promise<void> =>
  handlers[name](parseJob(name, data));

type Connection = {
  readonly Queue: typeof Queue;
  readonly Worker: typeof Worker;
  readonly connection: object;
};

async function connect({ redisUrl, databaseUrl }: QueueOptions): Promise<Connection> {
  if (redisUrl !== null) {
    const { hostname, port, username, password, pathname, protocol } = new URL(redisUrl);
    const connection = {
      host: hostname,
      port: port === '' ? 6379 : Number(port),
      ...(username === '' ? {} : { username: decodeURIComponent(username) }),
      ...(password === '' ? {} : { password: decodeURIComponent(password) }),
      ...(pathname.length > 1 ? { db: Number(pathname.slice(1)) } : {}),
      ...(protocol === 'rediss:' ? { tls: {} } : {}),
      maxRetriesPerRequest: null,
    };
    return { Queue, Worker, connection };
  }
  const session = { connectionString: databaseUrl, idle_in_transaction_session_timeout: LOCK_MS };
  const client = new pg.Client(session);
  await client.connect();
  await runMigrations(client).finally(() => client.end());
  const bound = withBackend(createPostgresBackend);
  return {
    Queue: bound.Queue as unknown as typeof Queue,
    Worker: bound.Worker as unknown as typeof Worker,
    connection: { ...session, max: 4 },
  };
}

/** Opens the queue of a pool on the backend that the options name. */
export async function openQueue(options: QueueOptions): Promise<JobQueue> {
  const { Queue: BackendQueue, Worker: BackendWorker, connection } = await connect(options);
  const name = `stages-${options.pool}`;
  const queue = new BackendQueue(name, { connection, defaultJobOptions: RETENTION });
  queue.on('error', (error: Error) => options.onError?.(error));
  await queue.waitUntilReady();
  return {
    backend: options.redisUrl === null ? 'postgres' : 'redis',
    enqueue: async (job, payload, { jobId, priority }) => {
      const data = parseJob(job, payload);
      // BullMQ runs no second job of an id that it still retains, and a row may outlive the job that was to start it.
      const known = await queue.getJob(jobId);
      if (known && (await hasEnded(known))) await known.remove();
      await queue.add(job, data, { jobId, priority: toBullPriority(priority) });
    },
    has: async (jobId) => {
      const job = await queue.getJob(jobId);
      return job !== undefined && !(await hasEnded(job));
    },
    remove: async (jobId) => {
      await queue.remove(jobId);
    },
    work: async (handlers, { concurrency, onError }) => {
      const worker = new BackendWorker(
        name,
        async (job: Job) => {
          await handle(handlers, job.name as JobName, job.data);
        },
        { connection, concurrency, lockDuration: LOCK_MS, maxStalledCount: 0 },
      );
      worker.on('error', onError);
      await worker.waitUntilReady();
      return { close: () => worker.close() };
    },
    close: () => queue.close(),
  };
}
