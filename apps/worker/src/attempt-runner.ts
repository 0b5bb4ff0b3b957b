import { readFile } from 'node:fs/promises';
import { relative } from 'node:path';
import type { Prediction, ProducedFile, TrainerEvent } from '@ablate/catalogue';
import { prediction } from '@ablate/contracts';
import { AblateError, toErrorShape, type AblateErrorShape } from '@ablate/errors';
import type { Logger } from '@ablate/runtime';
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

const RELEASED = 75;
/** After SIGTERM a trainer has so long to write its checkpoint. */
const STOP_MS = 30_000;

export interface RunnerDeps {
  readonly attempts: AttemptRepository;
  readonly metrics: MetricRepository;
  readonly artifacts: ArtifactStore;
  readonly logger: Logger;
  readonly command: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly device: string;
  readonly timing: { readonly leaseMs: number; readonly renewMs: number; readonly hangMs: number };
  readonly maxFailures: number;
}

/** Why the supervisor ended its child, when it did. */
type Verdict = 'lease-lost' | 'hung' | 'cancelled' | 'stopping';

/** Supervises one trainer process from its lease to its end. */
export class AttemptRunner {
  private child: Child | null = null;
  private verdict: Verdict | null = null;
  private progress: { step: number; totalSteps: number } | null = null;
  private progressAt = Date.now();
  private files: readonly ProducedFile[] | null = null;
  private failure: AblateErrorShape | null = null;
  private readonly writer: EventWriter;
  private checkpoints: Promise<void> = Promise.resolve();
  private killTimer: NodeJS.Timeout | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly deps: RunnerDeps,
  ) {
    this.writer = new EventWriter(deps.metrics, lease, lease.stage.key, (error) => this.giveUp(error));
  }

  /** Asks the trainer to write a checkpoint and end; the attempt is then given back. */
  stop(): void {
    this.end('stopping');
  }

  /** Runs the job file to its end and records the outcome. Never throws: what goes wrong becomes the attempt's error. */
  async run(jobFile: string): Promise<void> {
    const { timing, command, env } = this.deps;
    const began = performance.now();
    let exit: Exit;
    try {
      this.child = await startChild({
        command,
        jobFile,
        env,
        onEvent: (event) => this.handle(event),
        onLine: (stream, text) => this.writer.line(stream, text),
      });
      this.child.refresh(timing.leaseMs);
      if (this.verdict !== null) this.child.stop();
      const renewal = setInterval(() => void this.renew(), timing.renewMs);
      exit = await this.child.exit.finally(() => clearInterval(renewal));
    } catch (error) {
      this.failure = new AblateError(
        'TRAINER_NOT_STARTED',
        `The trainer "${command.join(' ')}" could not start: ${(error as Error).message}`,
        {
          path: 'ABLATE_TRAINER',
          value: command.join(' '),
          rule: 'A command that can be run.',
          fix: 'Correct ABLATE_TRAINER, or unset it.',
        },
      ).toJSON();
      exit = { code: 1, signal: null };
    }
    if (this.killTimer) clearTimeout(this.killTimer);
    await this.conclude(exit, (performance.now() - began) / 1000);
  }

  private handle(event: TrainerEvent): void {
    switch (event.type) {
      case 'progress':
        if (this.progress?.step !== event.step) this.progressAt = Date.now();
        this.progress = { step: event.step, totalSteps: event.totalSteps };
        if (event.step === 1 || event.step % 10 === 0 || event.step === event.totalSteps) void this.renew();
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
    const { attempts, artifacts, device } = this.deps;
    await this.writer.flush();
    await attempts.checkpoint(this.lease, this.lease.stage.key, step, relative(artifacts.root, path), device);
  }

  private async renew(): Promise<void> {
    const { attempts, timing, logger } = this.deps;
    if (Date.now() - this.progressAt > timing.hangMs) {
      this.end('hung');
      return;
    }
    try {
      const answer = await attempts.renew(this.lease, timing.leaseMs, this.progress);
      if (answer === null) this.end('lease-lost');
      else if (answer.cancelRequested) this.end('cancelled');
      // A trainer that was told to stop keeps its deadline: it has until then.
      else if (this.verdict === null) this.child?.refresh(timing.leaseMs);
    } catch (error) {
      logger.warn(
        { error: toErrorShape(error), attempt: this.lease.attemptId },
        'the lease could not be renewed',
      );
    }
  }

  private giveUp(error: unknown): void {
    if (toErrorShape(error).code === 'STALE_ATTEMPT') this.end('lease-lost');
    else {
      this.failure ??= toErrorShape(error);
      this.child?.kill();
    }
  }

  private end(verdict: Verdict): void {
    if (this.verdict !== null) return;
    this.verdict = verdict;
    if (verdict === 'lease-lost' || verdict === 'hung') this.child?.kill();
    else {
      this.child?.stop();
      this.killTimer = setTimeout(() => this.child?.kill(), STOP_MS);
    }
  }

  private outcome(exit: Exit, seconds: number): Outcome {
    const { stage, checkpoint } = this.lease;
    if (this.files && exit.code === 0) {
      return {
        state: 'done',
        seconds,
        bitExact: stage.bitExact && (checkpoint === null || checkpoint.device === this.deps.device),
      };
    }
    if (this.verdict === 'cancelled') return { state: 'cancelled' };
    if (this.verdict === 'stopping' || (exit.code === RELEASED && this.failure === null))
      return { state: 'released' };
    const error = this.failure ?? this.unexplained(exit);
    // A named error comes back on every try; what is not named may have been the machine.
    const named = this.failure !== null && this.failure.code !== 'INTERNAL';
    return { state: 'failed', error, final: named || stage.failures + 1 >= this.deps.maxFailures };
  }

  private unexplained({ code, signal }: Exit): AblateErrorShape {
    const what =
      this.verdict === 'hung'
        ? `made no progress for ${this.deps.timing.hangMs / 1000} s`
        : signal
          ? `was ended by ${signal}`
          : `ended with exit ${code} without saying why`;
    return new AblateError(
      this.verdict === 'hung' ? 'TRAINER_HUNG' : 'TRAINER_ENDED',
      `The trainer ${what}.`,
      {
        path: this.lease.attemptId,
        value: signal ?? code,
        rule: 'A trainer ends with `done`, or with an error that says why.',
        fix:
          signal === 'SIGKILL'
            ? 'Was the machine out of memory? Lower batchSize or raise accumulation.'
            : 'See the log of the run.',
      },
    ).toJSON();
  }

  private async conclude(exit: Exit, seconds: number): Promise<void> {
    const { attempts, artifacts, logger } = this.deps;
    const { stage, attemptId } = this.lease;
    try {
      await this.checkpoints;
      await this.writer.flush();
      if (this.verdict === 'lease-lost') return;
      const outcome = this.outcome(exit, seconds);
      const files = outcome.state === 'done' ? this.files! : [];
      for (const { path, sha256 } of files) await artifacts.put(path, sha256);
      const predictions = await readPredictions(files);
      await attempts.finish(this.lease, outcome, (tx) =>
        outcome.state === 'done' ? writeResults(tx, stage.key, files, predictions) : Promise.resolve(),
      );
      if (outcome.state === 'done') {
        for (const { id } of await attempts.ofStage(stage.key)) await artifacts.removeAttempt(id);
      }
      logger.info(
        { attempt: attemptId, stage: stage.name, outcome: outcome.state, seconds },
        'attempt ended',
      );
    } catch (error) {
      logger.error(
        { error: toErrorShape(error), attempt: attemptId },
        'the end of an attempt could not be recorded',
      );
      await this.recordFailure(toErrorShape(error));
    }
  }

  /** Last resort: the stage fails with what went wrong; if even that cannot be written, the lease runs out. */
  private async recordFailure(error: AblateErrorShape): Promise<void> {
    if (error.code === 'STALE_ATTEMPT') return;
    const final = this.lease.stage.failures + 1 >= this.deps.maxFailures;
    await this.deps.attempts.finish(this.lease, { state: 'failed', error, final }).catch(() => undefined);
  }
}

async function readPredictions(files: readonly ProducedFile[]): Promise<Prediction[]> {
  const file = files.find(({ name }) => name === 'predictions.jsonl');
  if (!file) return [];
  const text = await readFile(file.path, 'utf8');
  return text.split('\n').flatMap((line) => (line === '' ? [] : [prediction.parse(JSON.parse(line))]));
}
