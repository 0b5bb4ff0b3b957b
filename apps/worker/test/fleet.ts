import { spawn, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { EvaluateStageConfig } from '@ablate/catalogue';
import { openQueue, type JobQueue } from '@ablate/queue';
import {
  ArtifactStore,
  AttemptRepository,
  ExperimentRepository,
  migrate,
  MetricRepository,
  openDatabase,
  ResultRepository,
  StageRepository,
  takeInventory,
  WorkerRepository,
  type Attempt,
  type Database,
  type Stage,
} from '@ablate/storage';
import { startTestDatabase, type TestDatabase } from '@ablate/storage/testing';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const TRAINER = fileURLToPath(new URL('./scripted-trainer.mjs', import.meta.url));

/** What a scripted trainer does; see scripted-trainer.mjs. */
export interface Script {
  readonly steps?: number;
  readonly every?: number;
  readonly exit?: number;
  readonly lie?: boolean;
  readonly predictions?: readonly object[];
  readonly acts?: readonly {
    readonly at: number;
    readonly do: string;
    readonly attempt?: number;
    readonly [key: string]: unknown;
  }[];
}

export interface WorkerProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  log(): string;
  /** Sends a signal to the supervisor alone; waits for its end. */
  end(signal: NodeJS.Signals): Promise<number | string>;
}

/** A deployment without a control plane: database, queue, folders; the test schedules. Workers are real processes of the build. */
export class Fleet {
  readonly attempts: AttemptRepository;
  readonly stages: StageRepository;
  readonly metrics: MetricRepository;
  readonly results: ResultRepository;
  readonly registry: WorkerRepository;
  readonly artifacts: ArtifactStore;
  private readonly workers: WorkerProcess[] = [];

  private constructor(
    readonly server: TestDatabase,
    readonly database: Database,
    readonly queue: JobQueue,
    readonly dir: string,
    private readonly benchmarkDigest: string,
  ) {
    this.attempts = new AttemptRepository(database);
    this.stages = new StageRepository(database);
    this.metrics = new MetricRepository(database);
    this.results = new ResultRepository(database);
    this.registry = new WorkerRepository(database);
    this.artifacts = new ArtifactStore(join(dir, 'artifacts'));
  }

  static async start(given?: TestDatabase): Promise<Fleet> {
    const dir = await mkdtemp(join(tmpdir(), 'ablate-fleet-'));
    const benchmark = join(dir, 'benchmarks', 'quiz');
    await mkdir(benchmark, { recursive: true });
    await mkdir(join(dir, 'scripts'));
    await mkdir(join(benchmark, 'images'));
    await writeFile(join(benchmark, 'images', 'a.png'), 'an image');
    const description = { id: 'quiz', kind: 'exact', primaryMetric: 'accuracy', maxNewTokens: 8 };
    await writeFile(join(benchmark, 'benchmark.json'), JSON.stringify(description));
    const question = {
      questionId: 'q1',
      image: 'a.png',
      question: 'What?',
      target: 'red',
      category: 'colour',
    };
    await writeFile(join(benchmark, 'questions.jsonl'), `${JSON.stringify(question)}\n`);
    const folders = { models: [], data: [], benchmarks: [join(dir, 'benchmarks')] };
    const { index } = await takeInventory(folders, join(dir, 'digests.json'));
    const server = given ?? (await startTestDatabase(process.env['DATABASE_URL']));
    await migrate(server.url);
    const database = await openDatabase(server.url);
    const queue = await openQueue({ redisUrl: null, databaseUrl: server.url, pool: 'default' });
    return new Fleet(server, database, queue, dir, index.benchmarks[0]!.digest);
  }

  async stop(): Promise<void> {
    for (const worker of this.workers) await worker.end('SIGKILL');
    await this.queue.close();
    await this.database.$disconnect();
    await this.server.stop();
    await rm(this.dir, { recursive: true, force: true });
  }

  /** Starts a worker process and waits until it is ready. */
  async worker(settings: Readonly<Record<string, string>> = {}): Promise<WorkerProcess> {
    const child = spawn(process.execPath, [MAIN], {
      env: {
        PATH: process.env['PATH'],
        ABLATE_HOME: this.dir,
        DATABASE_URL: this.server.url,
        ABLATE_TRAINER: `${process.execPath} ${TRAINER} ${join(this.dir, 'scripts')}`,
        ABLATE_SLOTS: '2',
        ABLATE_LEASE_MS: '15000',
        ABLATE_RENEW_MS: '200',
        ...settings,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let log = '';
    child.stdout.on('data', (chunk: Buffer) => (log += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const ended = new Promise<number | string>((resolve) => {
      child.once('close', (code, signal) => resolve(code ?? signal ?? 'unknown'));
    });
    const over: (number | string)[] = [];
    void ended.then((how) => over.push(how));
    const worker: WorkerProcess = {
      pid: child.pid!,
      child,
      log: () => log,
      end: (signal) => {
        if (over.length === 0) child.kill(signal);
        return ended;
      },
    };
    this.workers.push(worker);
    await until(() => log.includes('worker ready') || over.length > 0);
    if (over.length > 0) throw new Error(`the worker ended (${over.join()}): ${log}`);
    return worker;
  }

  /** Submits stages with scripts, each starting from nothing, and returns their keys. */
  async submit(...scripts: Script[]): Promise<string[]> {
    const config: EvaluateStageConfig = {
      version: 1,
      kind: 'evaluate',
      stage: 'evaluate:quiz',
      benchmark: { id: 'quiz', digest: this.benchmarkDigest },
      decoding: { maxNewTokens: 8, batchSize: 4 },
      blindSeed: 0,
    };
    const id = randomBytes(6).toString('hex');
    const keys = scripts.map((_, i) => createHash('sha256').update(`${id} ${i}`).digest('hex'));
    await Promise.all(
      keys.map((key, i) => writeFile(join(this.dir, 'scripts', `${key}.json`), JSON.stringify(scripts[i]))),
    );
    await new ExperimentRepository(this.database).submit({
      id,
      project: 'tests',
      name: id,
      spec: {},
      priority: 50,
      maxParallel: null,
      baselineCell: null,
      notes: [],
      cells: [{ id: 'cell', label: 'cell', levels: {} }],
      runs: [{ id, cell: 'cell', seed: 1, stages: keys }],
      stages: keys.map((key, i) => ({
        key,
        kind: 'evaluate',
        name: `stage${i}`,
        config,
        inputs: {},
        parents: [],
        pool: 'default',
        flops: 1,
        peakMemoryBytes: 1,
      })),
      savedTrainings: 0,
    });
    return keys;
  }

  /** Makes a stage's next attempt and its job. */
  async offer(stageKey: string): Promise<Attempt> {
    const attempt = await this.attempts.create(stageKey);
    if (!attempt) throw new Error('the stage does not wait');
    await this.queue.enqueue(
      'run-stage',
      { version: 1, stageKey, attemptId: attempt.id, pool: 'default' },
      { jobId: attempt.id, priority: 50 },
    );
    return attempt;
  }

  async stage(key: string): Promise<Stage> {
    return (await this.stages.find([key]))[0]!;
  }

  /** Waits until a stage is in a state. */
  async reached(key: string, ...states: string[]): Promise<Stage> {
    await until(async () => states.includes((await this.stage(key)).state));
    return this.stage(key);
  }

  /** Waits until the trainer of a stage left a file, and reads it. */
  async left(key: string, what: 'pid' | 'waits' | 'term' | 'ended' | 'bred' | 'finished'): Promise<string> {
    const path = join(this.dir, 'scripts', `${key}.${what}`);
    await until(() => readFile(path).then(Boolean, () => false));
    return readFile(path, 'utf8');
  }

  /** Lets trainers that wait for a name go on. */
  async allow(name: string): Promise<void> {
    await writeFile(join(this.dir, 'scripts', name), '');
  }

  async losses(key: string): Promise<{ step: number; value: number }[]> {
    const [series] = await this.metrics.series([key], 'loss');
    return [...(series?.points ?? [])];
  }

  async model(key: string): Promise<string> {
    const artifacts = await this.results.artifacts([key]);
    const { sha256 } = artifacts.find(({ name }) => name === 'model.safetensors')!;
    return readFile(await this.artifacts.verified(sha256), 'utf8');
  }

  async logs(key: string): Promise<string[]> {
    return (await this.metrics.logs([key], 1000)).map(({ stream, text }) => `${stream}: ${text}`);
  }
}

/** What the scripted trainer's chain of hashes gives when nothing disturbs it. */
export function undisturbed(steps: number): { losses: { step: number; value: number }[]; model: string } {
  let model = createHash('sha256').update('start').digest('hex');
  const losses = Array.from({ length: steps }, (_, i) => {
    model = createHash('sha256')
      .update(`${model} ${i + 1}`)
      .digest('hex');
    return { step: i + 1, value: parseInt(model.slice(0, 8), 16) / 2 ** 32 };
  });
  return { losses, model };
}

/** Waits for a condition; Jest's own limit ends a wait that never comes true. */
export async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await sleep(20);
}

/** Whether a process is there and is no zombie. */
export async function isAlive(pid: number): Promise<boolean> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => null);
  return status !== null && !/^State:\s+Z/m.test(status);
}
