import type { Prediction, StageConfig } from '@ablate/catalogue';
import { openQueue, type Work } from '@ablate/queue';
import {
  AttemptRepository,
  MetricRepository,
  PlaygroundRepository,
  type Answer,
  type QuestionLease,
  WorkerRepository,
  writeResults,
  type Lease,
  type Outcome,
} from '@ablate/storage';
import type { Deployment } from './deployment.js';

export interface ScriptedWorker {
  /** Names of the stages that were leased, in order. */
  readonly leased: string[];
  /** Most stages that were leased at once. */
  readonly most: () => number;
  stop(): Promise<void>;
}

/** Longer than any test. */
const LEASE_MS = 3_600_000;

/** What a script says of a stage: its end, or `vanish` to leave the lease alone. */
export type Ending = Outcome | 'vanish';
export type Script = (lease: Lease, config: StageConfig) => Promise<Ending> | Ending;

export const done: Outcome = { state: 'done', seconds: 2, bitExact: true };
export const failed: Outcome = {
  state: 'failed',
  final: true,
  error: {
    code: 'BAD_IMAGE',
    message: 'An image is broken.',
    path: 'a.png',
    value: null,
    rule: 'A PNG.',
    fix: 'Restore it.',
  },
};

/** Own answers right but for every third, the blind control's wrong but for every second. */
const predictions = (questions: number): Prediction[] =>
  (['none', 'blind'] as const).flatMap((control) =>
    Array.from({ length: questions }, (_, i) => ({
      questionId: `q${i}`,
      control,
      question: 'What colour?',
      image: 'a.png',
      answer: 'red',
      target: 'red',
      score: Number(control === 'none' ? i % 3 !== 0 : i % 2 === 0),
      category: 'colour',
    })),
  );

/** A worker whose trainer is a script: real queue, real leases, real rows. */
export async function startWorker(
  { database, databaseUrl }: Deployment,
  script: Script = () => done,
  {
    slots = 2,
    numericsClass = 'onnx-cpu',
    pool = 'default',
    accuracy = (_lease: Lease): number => 0.6,
    answer = (_lease: QuestionLease): Answer | 'vanish' => ({ state: 'done', answer: 'red' }),
  } = {},
): Promise<ScriptedWorker> {
  const attempts = new AttemptRepository(database);
  const metrics = new MetricRepository(database);
  const playground = new PlaygroundRepository(database);
  const workers = new WorkerRepository(database);
  const id = `scripted-${Math.random().toString(36).slice(2)}`;
  await workers.register({ id, name: 'scripted', pool, numericsClass, device: 'onnx avx2', slots });
  const queue = await openQueue({ redisUrl: null, databaseUrl, pool });
  const leased: string[] = [];
  let now = 0;
  let most = 0;

  const run = async (lease: Lease): Promise<void> => {
    const config = lease.stage.config as unknown as StageConfig;
    const { key } = lease.stage;
    if (config.kind === 'train') {
      const points = [1, 2, 3].map((step) => ({ name: 'loss', step, value: 3 - step / 2 }));
      const lines = [{ sequence: 0, stream: 'log', text: `info: ${config.stage} began` }];
      await metrics.write(lease, key, { points, telemetry: [], lines });
      await attempts.renew(lease, LEASE_MS, { step: 3, totalSteps: 3 });
    } else {
      const of = (name: string, value: number) => ({
        name: `${config.benchmark.id}/${name}`,
        step: 0,
        value,
      });
      const points = [
        of('accuracy', accuracy(lease)),
        of('blind_accuracy', 0.5),
        of('majority_accuracy', 0.4),
      ];
      await metrics.write(lease, key, { points, telemetry: [], lines: [] });
    }
    const ending = await script(lease, config);
    if (ending === 'vanish') return;
    await attempts.finish(lease, ending, (tx) =>
      ending.state === 'done'
        ? writeResults(tx, key, [], config.kind === 'evaluate' ? predictions(20) : [])
        : Promise.resolve(),
    );
  };

  const work: Work = await queue.work(
    {
      'run-stage': async ({ attemptId }) => {
        const lease = await attempts.lease(attemptId, id, 'onnx avx2', LEASE_MS);
        if (!lease) return;
        leased.push(lease.stage.name);
        now += 1;
        most = Math.max(most, now);
        await run(lease).finally(() => (now -= 1));
      },
      'answer-question': async ({ questionId, attempt }) => {
        const lease = await playground.lease(questionId, attempt, id, 'onnx avx2', LEASE_MS);
        if (!lease) return;
        leased.push('question');
        const ending = answer(lease);
        if (ending !== 'vanish') await playground.finish(lease, ending);
      },
    },
    { concurrency: slots, onError: () => undefined },
  );
  return {
    leased,
    most: () => most,
    stop: async () => {
      await work.close();
      await queue.close();
      await workers.seen(id, 'gone');
    },
  };
}
