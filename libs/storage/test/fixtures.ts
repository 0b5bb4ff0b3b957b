import type { EvaluateStageConfig } from '@ablate/catalogue';
import {
  AttemptRepository,
  ExperimentRepository,
  migrate,
  MetricRepository,
  openDatabase,
  ResultRepository,
  StageRepository,
  WorkerRepository,
  type Database,
  type Lease,
  type NewExperiment,
  type NewStage,
} from '../src/index.js';
import { startTestDatabase } from '../src/testing/index.js';

export interface Storage {
  readonly url: string;
  readonly database: Database;
  readonly experiments: ExperimentRepository;
  readonly stages: StageRepository;
  readonly attempts: AttemptRepository;
  readonly metrics: MetricRepository;
  readonly results: ResultRepository;
  readonly workers: WorkerRepository;
  close(): Promise<void>;
}

/** Every repository on a migrated database of the suite's own. */
export async function openStorage(): Promise<Storage> {
  const server = await startTestDatabase(process.env['DATABASE_URL']);
  await migrate(server.url);
  const database = await openDatabase(server.url);
  return {
    url: server.url,
    database,
    experiments: new ExperimentRepository(database),
    stages: new StageRepository(database),
    attempts: new AttemptRepository(database),
    metrics: new MetricRepository(database),
    results: new ResultRepository(database),
    workers: new WorkerRepository(database),
    close: async () => {
      await database.$disconnect();
      await server.stop();
    },
  };
}

const config: EvaluateStageConfig = {
  version: 1,
  kind: 'evaluate',
  stage: 'evaluate:quiz',
  benchmark: { id: 'quiz', digest: 'd'.repeat(64) },
  decoding: { maxNewTokens: 8, batchSize: 4 },
  blindSeed: 0,
};

/** A stage's key from a short name. */
export const key = (name: string): string => name.padEnd(64, '-');

export const stage = (name: string, parents: readonly string[] = []): NewStage => ({
  key: key(name),
  kind: parents.length === 0 ? 'train' : 'evaluate',
  name,
  config,
  inputs: { name },
  parents: parents.map(key),
  pool: 'default',
  flops: 1e9,
  peakMemoryBytes: 1e6,
});

/** An experiment whose runs are lists of stages; each stage starts from the one before it. */
export function experiment(
  id: string,
  runs: readonly (readonly string[])[],
  changes: Partial<NewExperiment> = {},
): NewExperiment {
  const parents = new Map(
    runs.flatMap((names) => names.map((name, i) => [name, names.slice(Math.max(0, i - 1), i)] as const)),
  );
  return {
    id,
    project: 'tests',
    name: id,
    spec: { version: 1 },
    priority: 50,
    maxParallel: null,
    baselineCell: null,
    notes: [],
    cells: runs.map((names, i) => ({ id: `cell${i}`, label: names.join('-'), levels: { place: i } })),
    runs: runs.map((names, i) => ({ id: `${id}-${i}`, cell: `cell${i}`, seed: 1, stages: names.map(key) })),
    stages: [...parents].map(([name, from]) => stage(name, from)),
    savedTrainings: 0,
    ...changes,
  };
}

/** Offers a stage's next attempt and leases it. */
export async function leased(
  { attempts, workers }: Storage,
  name: string,
  { leaseMs = 60_000, device = 'onnx-cpu avx2' } = {},
): Promise<Lease> {
  const worker = { id: 'w1', name: 'w1', pool: 'default', numericsClass: 'onnx-cpu', device, slots: 1 };
  await workers.register(worker);
  const attempt = await attempts.create(key(name));
  if (!attempt) throw new Error(`${name} does not wait`);
  const lease = await attempts.lease(attempt.id, worker.id, device, leaseMs);
  if (!lease) throw new Error(`${name} is not queued`);
  return lease;
}

/** Lets a lease run out, `ms` ago by the database's clock. */
export async function expireBy({ database }: Storage, { attemptId }: Lease, ms: number): Promise<void> {
  await database.$executeRaw`UPDATE attempts SET lease_expires_at = now() - ${ms} * interval '1 millisecond' WHERE id = ${attemptId}`;
}
