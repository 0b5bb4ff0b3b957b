import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClient, type Client, type ExperimentDetail } from '@ablate/contracts';
import { startTestDatabase, type TestDatabase } from '@ablate/storage/testing';
import { writeTinyBenchmark, writeTinyEncoder, writeTinyLlm, writeTinyRecipe } from '@ablate/vlm/testing';
import pg from 'pg';

const mainOf = (app: string): string =>
  fileURLToPath(new URL(`../apps/${app}/dist/main.js`, import.meta.url));

export const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });

/** Waits for something without a clock of its own being right: many short looks. */
export async function until<T>(
  what: string,
  look: () => Promise<T | null | undefined | false>,
  looks = 1200,
): Promise<T> {
  for (let i = 0; i < looks; i += 1) {
    const found = await look();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`${what} did not happen.`);
}

/** A home with a tiny encoder, LLM, data recipe and benchmark. */
export async function tinyHome(copies: number): Promise<string> {
  const home = await mkdtemp(join(tmpdir(), 'ablate-home-'));
  await writeTinyEncoder(join(home, 'models', 'eye'), 1);
  await writeTinyEncoder(join(home, 'models', 'other-eye'), 3);
  await writeTinyLlm(join(home, 'models', 'tongue'), 2);
  await writeTinyRecipe(join(home, 'data', 'tiny'), copies);
  await writeTinyBenchmark(join(home, 'benchmarks', 'tiny-vqa'));
  return home;
}

/** Control plane and workers as real processes on a database of their own. */
export class Deployment {
  readonly processes: ChildProcess[] = [];
  private output = '';

  private constructor(
    readonly home: string,
    readonly url: string,
    private readonly database: TestDatabase,
    private readonly env: NodeJS.ProcessEnv,
  ) {}

  static async start(home: string, extra: NodeJS.ProcessEnv = {}): Promise<Deployment> {
    const database = await startTestDatabase();
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    const env = {
      ...process.env,
      REDIS_URL: '',
      DATABASE_URL: database.url,
      ABLATE_HOME: home,
      ABLATE_PORT: String(port),
      ARTIFACTS_URL: await mkdtemp(join(tmpdir(), 'ablate-artifacts-')),
      ABLATE_SLOTS: '1',
      ABLATE_LEASE_MS: '3000',
      ABLATE_RENEW_MS: '300',
      ABLATE_GRACE_MS: '500',
      ...extra,
    };
    const deployment = new Deployment(home, url, database, env);
    deployment.spawn('control-plane');
    await until(
      'a ready control plane',
      async () => (await fetch(`${url}/api/v1/health/ready`).catch(() => null))?.ok,
    );
    return deployment;
  }

  get client(): Client {
    return createClient({ baseUrl: this.url });
  }

  /** What the processes said, for a failing test. */
  get log(): string {
    return this.output.slice(-4000);
  }

  spawn(app: 'control-plane' | 'worker', extra: NodeJS.ProcessEnv = {}): ChildProcess {
    const child = spawn(process.execPath, ['--no-warnings', mainOf(app)], {
      env: { ...this.env, ...extra },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (this.output += chunk.toString()));
    this.processes.push(child);
    return child;
  }

  async query<T extends pg.QueryResultRow>(sql: string): Promise<T[]> {
    const client = new pg.Client({ connectionString: this.database.url });
    await client.connect();
    return (await client.query<T>(sql).finally(() => client.end())).rows;
  }

  /** Waits for an experiment's end; throws with the log when it does not end as `wanted`. */
  async finished(id: string, wanted = 'done'): Promise<ExperimentDetail> {
    const detail = await until('the end of the experiment', async () => {
      const found = await this.client.experiment({ params: { id } });
      return found.state !== 'running' && found;
    });
    if (detail.state !== wanted)
      throw new Error(`${detail.state}: ${JSON.stringify(detail.error)}\n${this.log}`);
    return detail;
  }

  async stop(): Promise<void> {
    for (const child of [...this.processes].reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGTERM');
      await new Promise((resolve) => child.once('exit', resolve));
    }
    await this.database.stop();
    await rm(this.env['ARTIFACTS_URL']!, { recursive: true, force: true });
  }
}

/** Two encoders on the tiny data; stage 1 is shared by the seeds. */
export const tinyGrid = (change: object = {}): object => ({
  version: 1,
  project: 'test',
  name: 'tiny',
  axes: { encoder: ['eye'], connector: ['mlp2x_gelu'], llm: ['tongue'], data: ['tiny'], strategy: ['base'] },
  baseline: { encoder: 'eye' },
  seeds: { values: [1], redraws: ['finetune'] },
  evaluate: ['tiny-vqa'],
  defaults: {
    'stages.pretrain.batchSize': 4,
    'stages.finetune.batchSize': 4,
    'stages.finetune.epochs': 3,
    'stages.finetune.learningRate': 0.005,
    'stages.finetune.checkpointEvery': 25,
    'stages.finetune.groupByModalityLength': false,
  },
  ...change,
});
