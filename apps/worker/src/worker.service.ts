import { randomBytes } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { JobPayload } from '@ablate/contracts';
import type { JobQueue, Work } from '@ablate/queue';
import { coreCount, type Logger, type Settings } from '@ablate/runtime';
import {
  takeInventory,
  type ArtifactStore,
  type AttemptRepository,
  type ExperimentRepository,
  type Inventory,
  type InventoryFolders,
  type Wanted,
  type Lease,
  type MetricRepository,
  type PlaygroundRepository,
  type ResultRepository,
  type StageRepository,
  type WorkerRepository,
} from '@ablate/storage';
import { prepareQuestion } from './answer/prepare-question.js';
import { QuestionRunner } from './answer/question-runner.js';
import { AttemptRunner } from './attempt-runner.js';
import type { Device } from './device.js';
import { prepareJob } from './prepare-job.js';

export interface WorkerDeps {
  readonly settings: Settings;
  readonly logger: Logger;
  readonly queue: JobQueue;
  readonly attempts: AttemptRepository;
  readonly metrics: MetricRepository;
  readonly stages: StageRepository;
  readonly results: ResultRepository;
  readonly experiments: ExperimentRepository;
  readonly playground: PlaygroundRepository;
  readonly workers: WorkerRepository;
  readonly artifacts: ArtifactStore;
  readonly folders: InventoryFolders;
  readonly inventoryCache: string;
  readonly numericsClass: string;
  readonly backend: string;
  readonly device: Device;
  /** Command of the trainer without the job file. */
  readonly command: readonly string[];
  /** Command that answers a question, without the job file. */
  readonly answerer: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Takes attempts from the queue, one child process a slot. */
@Injectable()
export class WorkerService {
  readonly id = `worker-${randomBytes(4).toString('hex')}`;
  private readonly runners = new Set<{ stop(): void }>();
  private readonly freeGpus: number[];
  private work: Work | null = null;
  private heartbeat: NodeJS.Timeout | null = null;
  private stopping = false;

  constructor(private readonly deps: WorkerDeps) {
    this.freeGpus = [...deps.device.gpus];
  }

  /** Slots: as set, else one a GPU, else one a core. */
  get slots(): number {
    const { settings, device } = this.deps;
    return settings.worker.slots ?? (device.gpus.length > 0 ? device.gpus.length : coreCount());
  }

  /** Registers, then takes jobs until `stop`. Throws when the pool computes with another numerics class. */
  async start(): Promise<void> {
    const { workers, settings, numericsClass, device, queue, logger } = this.deps;
    const { name, pool } = settings.worker;
    await workers.register({
      id: this.id,
      name,
      pool,
      numericsClass,
      device: `${this.deps.backend} ${device.model}`,
      slots: this.slots,
    });
    this.heartbeat = setInterval(
      () => void workers.seen(this.id, this.stopping ? 'stopping' : 'online').catch(() => undefined),
      settings.timing.renewMs,
    );
    this.work = await queue.work(
      {
        'run-stage': (payload) => this.runStage(payload),
        'answer-question': (payload) => this.answerQuestion(payload),
      },
      { concurrency: this.slots, onError: (error) => logger.warn({ error: error.message }, 'queue') },
    );
    logger.info(
      { id: this.id, pool, slots: this.slots, numericsClass, device: device.model },
      'worker ready',
    );
  }

  /** Asks every trainer for a checkpoint, gives the attempts back, and says goodbye. */
  async stop(): Promise<void> {
    this.stopping = true;
    for (const runner of this.runners) runner.stop();
    await this.work?.close();
    if (this.heartbeat) clearInterval(this.heartbeat);
    await this.deps.workers.seen(this.id, 'gone');
  }

  private async runStage({ attemptId }: JobPayload<'run-stage'>): Promise<void> {
    const { attempts, settings, logger } = this.deps;
    if (this.stopping) return;
    const lease = await attempts.lease(attemptId, this.id, this.deviceName(), settings.timing.leaseMs);
    if (!lease) {
      logger.info({ attempt: attemptId }, 'not queued any more');
      return;
    }
    await this.onDevice((env) => this.runLease(lease, env));
  }

  private async answerQuestion({ questionId, attempt }: JobPayload<'answer-question'>): Promise<void> {
    const { playground, settings, backend, answerer } = this.deps;
    if (this.stopping) return;
    const { leaseMs } = settings.timing;
    const lease = await playground.lease(questionId, attempt, this.id, this.deviceName(), leaseMs);
    if (!lease) return;
    const sources = { ...this.deps, inventoryOf: this.inventoryOf };
    await this.onDevice((env) => {
      const runner = new QuestionRunner(lease, {
        ...this.deps,
        command: answerer,
        env,
        timing: settings.timing,
      });
      return this.supervise(runner, () =>
        runner.run((folder) => prepareQuestion(lease, folder, sources, backend, settings.worker.threads)),
      );
    });
  }

  /** Runs something with a GPU of its own, where there are any. */
  private async onDevice(run: (env: WorkerDeps['environment']) => Promise<void>): Promise<void> {
    const { device, environment } = this.deps;
    const gpu = device.gpus.length > 0 ? this.freeGpus.shift() : undefined;
    try {
      await run({ ...environment, ...(gpu === undefined ? {} : { CUDA_VISIBLE_DEVICES: String(gpu) }) });
    } finally {
      if (gpu !== undefined) this.freeGpus.push(gpu);
    }
  }

  /** Keeps what runs in reach of `stop`. */
  private async supervise(runner: { stop(): void }, run: () => Promise<void>): Promise<void> {
    this.runners.add(runner);
    if (this.stopping) runner.stop();
    try {
      await run();
    } finally {
      this.runners.delete(runner);
    }
  }

  private async runLease(lease: Lease, env: WorkerDeps['environment']): Promise<void> {
    const { settings, backend } = this.deps;
    const runner = new AttemptRunner(lease, {
      ...this.deps,
      env,
      device: this.deviceName(),
      timing: settings.timing,
      maxFailures: settings.maxFailures,
    });
    const sources = { ...this.deps, inventoryOf: this.inventoryOf };
    await this.supervise(runner, () =>
      runner.run(() => prepareJob(lease, sources, backend, settings.worker.threads)),
    );
  }

  private readonly inventoryOf = (wanted: Wanted): Promise<Inventory> =>
    takeInventory(this.deps.folders, this.deps.inventoryCache, wanted);

  private deviceName(): string {
    return `${this.deps.numericsClass} ${this.deps.device.model}`;
  }
}
