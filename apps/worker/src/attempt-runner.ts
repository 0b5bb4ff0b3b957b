import { relative } from 'node:path';
import type { ProducedFile, TrainerEvent } from '@ablate/catalogue';
import { toErrorShape, type AblateErrorShape } from '@ablate/errors';
import type { Logger, Settings } from '@ablate/runtime';
import {
  writeResults,
  type ArtifactStore,
  type AttemptRepository,
  type Lease,
  type MetricRepository,
  type Outcome,
} from '@ablate/storage';
import { startChild, type Child, type Exit } from './child.js';
import { EventWriter } from './event-writer.js';
import { failed, isBitExact, judge, type Verdict } from './judge.js';
import { patiently } from './patiently.js';
import { readPredictions } from './read-predictions.js';

/** Who watches sees a step at most so late. */
const PROGRESS_MS = 1000;
const NOT_STARTED: Exit = { code: null, signal: null };

export interface RunnerDeps {
  readonly attempts: AttemptRepository;
  readonly metrics: MetricRepository;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
  /** Command of the trainer without the job file. */
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly device: string;
  readonly timing: Pick<Settings['timing'], 'leaseMs' | 'renewMs' | 'hangMs' | 'stopMs'>;
  readonly maxFailures: number;
}

/** Supervises one attempt from its lease to its end: keeps the lease, runs the trainer, writes what it says, records how it ended. */
export class AttemptRunner {
  private child: Child | null = null;
  private ended = false;
  private verdict: Verdict | null = null;
  private progress: { step: number; totalSteps: number } | null = null;
  private progressAt = Date.now();
  private askedAt = 0;
  private renewedAt = Date.now();
  private files: readonly ProducedFile[] | null = null;
  private failure: AblateErrorShape | null = null;
  private readonly writer: EventWriter;
  private checkpoints: Promise<void> = Promise.resolve();
  private killTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly deps: RunnerDeps,
  ) {
    const { metrics, timing } = deps;
    this.writer = new EventWriter(metrics, lease, lease.stage.key, timing.leaseMs, (error) =>
      this.giveUp(error),
    );
  }

  /** Asks the trainer to write a checkpoint and end; the attempt is then given back. */
  stop(): void {
    this.end('stopping');
  }

  /** Runs the job file that `prepare` writes, and records the outcome. Never throws: what goes wrong becomes the attempt's error. */
  async run(prepare: () => Promise<string>): Promise<void> {
    const began = performance.now();
    const renewal = setInterval(() => void this.renew(), this.deps.timing.renewMs);
    try {
      const exit = await this.supervise(prepare);
      await this.conclude(exit, (performance.now() - began) / 1000);
    } finally {
      clearInterval(renewal);
      if (this.killTimer) clearTimeout(this.killTimer);
    }
  }

  private async supervise(prepare: () => Promise<string>): Promise<Exit> {
    const { command, env, timing } = this.deps;
    try {
      const jobFile = await prepare();
      if (this.verdict !== null) return NOT_STARTED;
      this.child = await startChild({
        command,
        jobFile,
        env,
        onEvent: (event) => this.handle(event),
        onLine: (stream, text) => this.writer.line(stream, text),
      });
      this.child.refresh(timing.leaseMs);
      this.signal();
      return await this.child.exit;
    } catch (error) {
      this.failure = toErrorShape(error);
      return NOT_STARTED;
    } finally {
      this.ended = true;
    }
  }

  private handle(event: TrainerEvent): void {
    switch (event.type) {
      case 'progress':
        if (this.progress?.step !== event.step) this.progressAt = Date.now();
        this.progress = { step: event.step, totalSteps: event.totalSteps };
        if (Date.now() - this.askedAt > PROGRESS_MS) void this.renew();
        break;
      case 'metrics':
      case 'telemetry':
      case 'log':
        this.writer.event(event);
        break;
      case 'checkpoint':
        this.checkpoints = this.checkpoints.then(() => this.recordCheckpoint(event.step, event.path));
        this.checkpoints.catch((error: unknown) => this.giveUp(error));
        break;
      case 'error':
        this.failure = event.error;
        break;
      case 'done':
        this.files = event.files;
        break;
    }
  }

  /** Everything up to the checkpoint is written before the checkpoint counts. */
  private async recordCheckpoint(step: number, path: string): Promise<void> {
    const { attempts, artifacts, device, timing } = this.deps;
    await this.writer.flush();
    const checkpoint = {
      stageKey: this.lease.stage.key,
      step,
      path: relative(artifacts.root, path),
      device,
      bitExact: isBitExact(this.lease, device),
    };
    await patiently(() => attempts.checkpoint(this.lease, checkpoint), timing.leaseMs);
  }

  /** Keeps the lease; only then the trainer's deadline moves, so that it never outlives the lease by more than the way of one message. */
  private async renew(): Promise<void> {
    const { attempts, timing, logger } = this.deps;
    this.askedAt = Date.now();
    if (this.child && Date.now() - this.progressAt > timing.hangMs) this.end('hung');
    try {
      const answer = await attempts.renew(this.lease, timing.leaseMs, this.progress);
      if (answer === null) {
        this.end('lease-lost');
        return;
      }
      this.renewedAt = Date.now();
      if (answer.cancelRequested) this.end('cancelled');
      this.child?.refresh(timing.leaseMs);
    } catch (error) {
      logger.warn(
        { error: toErrorShape(error), attempt: this.lease.attemptId },
        'the lease could not be renewed',
      );
    }
  }

  /** A write was not taken, for as long as a lease lasts. */
  private giveUp(thrown: unknown): void {
    const error = toErrorShape(thrown);
    if (error.code === 'STALE_ATTEMPT') this.end('lease-lost');
    else if (Date.now() - this.renewedAt > this.deps.timing.leaseMs / 2) this.end('cut-off');
    else {
      // The database answers: it is this write that it refuses.
      this.failure ??= error;
      this.child?.kill();
    }
  }

  private end(verdict: Verdict): void {
    // What takes the attempt from us overrides whatever was decided before.
    const isLoss = verdict === 'lease-lost' || verdict === 'cut-off';
    if (!isLoss && (this.ended || this.verdict !== null)) return;
    this.verdict = verdict;
    this.signal();
  }

  /** Tells the trainer what was decided: a checkpoint first where it may write one, else at once. */
  private signal(): void {
    if (this.verdict === null || !this.child || this.ended) return;
    if (this.verdict === 'stopping' || this.verdict === 'cancelled') {
      this.child.stop();
      this.killTimer ??= setTimeout(() => this.child?.kill(), this.deps.timing.stopMs);
    } else this.child.kill();
  }

  private async conclude(exit: Exit, seconds: number): Promise<void> {
    const { device, timing, maxFailures, logger } = this.deps;
    const { lease } = this;
    const { attemptId, stage } = lease;
    // A write that failed has been judged by giveUp.
    await this.checkpoints.catch(() => undefined);
    await this.writer.flush().catch(() => undefined);
    const { verdict, failure, files } = this;
    const terms = { lease, device, hangMs: timing.hangMs, maxFailures };
    const outcome = judge({ exit, verdict, failure, files, seconds }, terms);
    if (outcome === null) {
      logger.warn({ attempt: attemptId }, 'the attempt was given away');
      return;
    }
    try {
      await this.record(outcome);
      logger.info(
        { attempt: attemptId, stage: stage.name, outcome: outcome.state, seconds },
        'attempt ended',
      );
    } catch (thrown) {
      const error = toErrorShape(thrown);
      logger.error({ error, attempt: attemptId }, 'the end of an attempt could not be recorded');
      if (error.code === 'STALE_ATTEMPT') return;
      // Last resort: the stage fails with what went wrong; if even that cannot be written, the lease runs out.
      await this.record(failed(error, terms)).catch(() => undefined);
    }
  }

  private async record(outcome: Outcome): Promise<void> {
    const { attempts, artifacts, timing, logger } = this.deps;
    const { key } = this.lease.stage;
    const files = outcome.state === 'done' ? (this.files ?? []) : [];
    for (const { path, sha256 } of files) await artifacts.put(path, sha256);
    const predictions = await readPredictions(files);
    await patiently(
      () =>
        attempts.finish(this.lease, outcome, async (tx) => {
          if (outcome.state === 'done') await writeResults(tx, key, files, predictions);
        }),
      timing.leaseMs,
    );
    if (outcome.state !== 'done') return;
    try {
      for (const { id } of await attempts.ofStage(key)) await artifacts.removeAttempt(id);
    } catch (error) {
      logger.warn({ error: toErrorShape(error), stage: key }, 'old folders could not be removed');
    }
  }
}
