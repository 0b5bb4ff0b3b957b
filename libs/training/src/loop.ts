import { AblateError } from '@ablate/errors';
import type { OptimiserConfig, ScheduleConfig, TrainerEvent } from '@ablate/catalogue';
import { readCheckpoint, writeCheckpoint, type Parameters } from './checkpoint.js';
import { adamW, clipScale, gradientNorm, isDecayed, type OptimiserState } from './optimiser.js';
import { scheduleFactor, warmupSteps } from './schedule.js';

/** Loss and gradients of one micro-batch. Gradient arrays may be written again by the next call. */
export interface MicroBatch {
  /** Mean loss over the micro-batch's targets. */
  readonly loss: number;
  /** Number of targets; weighs the micro-batch under `token` reduction. */
  readonly targets: number;
  /** Positions computed, padding included; for throughput only. */
  readonly tokens: number;
  readonly gradients: ReadonlyMap<string, Float32Array>;
}

/** What is minimised: a pure function of the parameters and of (update, micro-batch). */
export type Objective = (step: number, micro: number) => Promise<MicroBatch>;

export interface LoopOptions {
  readonly parameters: Parameters;
  readonly objective: Objective;
  readonly totalSteps: number;
  readonly accumulation: number;
  readonly lossReduction: 'micro-batch' | 'token';
  readonly optimiser: OptimiserConfig;
  /** Which parameters are decayed; told from their names unless given. */
  readonly isDecayed?: (name: string) => boolean;
  readonly schedule: ScheduleConfig;
  readonly checkpointEvery: number;
  /** Folder for checkpoints; each is a folder below it. */
  readonly checkpointDir: string;
  readonly resumeFrom: string | null;
  readonly signal: AbortSignal;
}

/** Sums micro-batches into one gradient a parameter. Source of both weightings: vlm.md 4.5 (mean of micro-batch means is the reference). */
async function accumulate(options: LoopOptions, step: number): Promise<MicroBatch> {
  const { objective, accumulation, lossReduction } = options;
  const first = await objective(step, 0);
  if (accumulation === 1) return first;
  const weightOf = ({ targets }: MicroBatch): number => (lossReduction === 'token' ? targets : 1);
  const sums = new Map<string, Float32Array>();
  let loss = 0;
  let weight = 0;
  let targets = 0;
  let tokens = 0;
  let batch = first;
  for (let micro = 0; ;) {
    const w = weightOf(batch);
    for (const [name, gradient] of batch.gradients) {
      const sum = sums.get(name) ?? new Float32Array(gradient.length);
      for (let i = 0; i < sum.length; i += 1) sum[i]! += w * gradient[i]!;
      sums.set(name, sum);
    }
    loss += w * batch.loss;
    weight += w;
    targets += batch.targets;
    tokens += batch.tokens;
    micro += 1;
    if (micro === accumulation) break;
    batch = await objective(step, micro);
  }
  const scale = weight === 0 ? 0 : 1 / weight;
  for (const sum of sums.values()) {
    for (let i = 0; i < sum.length; i += 1) sum[i]! *= scale;
  }
  return { loss: loss * scale, targets, tokens, gradients: sums };
}

/** A part's own rate where it has one. */
function learningRateOf(name: string, optimiser: OptimiserConfig): number {
  const { learningRate, encoderLearningRate, connectorLearningRate, llmLearningRate } = optimiser;
  const own = name.startsWith('connector.')
    ? connectorLearningRate
    : name.startsWith('encoder.')
      ? encoderLearningRate
      : llmLearningRate;
  return own ?? learningRate;
}

/**
 * The training loop: gradients, clipping, AdamW, schedule, metrics, checkpoints, resume.
 * Changes `options.parameters` in place. Yields after every update; when `signal` aborts it writes a checkpoint after the
 * current update and returns false, else true when all updates are done. Resuming from any checkpoint gives the same bits.
 */
export async function* optimise(options: LoopOptions): AsyncGenerator<TrainerEvent, boolean> {
  const { parameters, optimiser: settings, schedule, totalSteps, signal } = options;
  const state: OptimiserState = new Map();
  const start = options.resumeFrom === null ? 0 : await readCheckpoint(options.resumeFrom, parameters, state);
  const decays = options.isDecayed ?? isDecayed;
  const warmup = warmupSteps(totalSteps, schedule.warmupRatio);
  const checkpoint = async (step: number): Promise<TrainerEvent> => ({
    type: 'checkpoint',
    step,
    path: await writeCheckpoint(options.checkpointDir, step, totalSteps, parameters, state),
  });

  for (let step = start; step < totalSteps; step += 1) {
    const began = performance.now();
    const { loss, tokens, gradients } = await accumulate(options, step);
    const norm = gradientNorm(gradients.values());
    if (!Number.isFinite(loss) || !Number.isFinite(norm)) {
      throw new AblateError(
        'LOSS_NOT_FINITE',
        `Training diverged at update ${step + 1}: loss ${loss}, gradient norm ${norm}.`,
        {
          path: 'optimiser.learningRate',
          value: settings.learningRate,
          rule: 'Loss and gradient norm stay finite.',
          fix: 'Lower the learning rate of this stage or set a clipNorm.',
        },
      );
    }
    const factor = scheduleFactor(schedule, step, totalSteps, warmup);
    const updates = [...gradients].map(([name, gradient]) => ({
      name,
      gradient,
      parameter: parameters.get(name)!.data as Float32Array,
      learningRate: factor * learningRateOf(name, settings),
      weightDecay: decays(name) ? settings.weightDecay : 0,
    }));
    adamW(state, updates, settings, clipScale(norm, settings.clipNorm));

    const done = step + 1;
    const seconds = (performance.now() - began) / 1000;
    const point = (name: string, value: number) => ({ name, step: done, value });
    yield {
      type: 'metrics',
      points: [
        point('loss', loss),
        point('gradient_norm', norm),
        point('learning_rate', factor * settings.learningRate),
      ],
    };
    yield {
      type: 'telemetry',
      step: done,
      values: {
        step_seconds: seconds,
        tokens_per_second: tokens / seconds,
        rss_bytes: process.memoryUsage.rss(),
      },
    };
    yield { type: 'progress', step: done, totalSteps };
    if (done === totalSteps) break;
    const stop = signal.aborted;
    if (stop || done % options.checkpointEvery === 0) yield await checkpoint(done);
    if (stop) return false;
  }
  return true;
}
