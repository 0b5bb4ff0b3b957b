import { z } from 'zod';
import { json } from './json.js';
import { attemptView, runView, stageView } from './views.js';

export const runDetail = runView
  .extend({
    experimentName: z.string(),
    baselineRun: z.string().nullable().describe('The run of the baseline cell with this seed'),
    siblings: z.array(z.object({ id: z.string(), seed: z.int() })).describe('Other seeds of its cell'),
    stageList: z.array(
      stageView.extend({
        reused: z.boolean(),
        firstExperiment: z.string().nullable().describe('Who asked for it first'),
        sharedWith: z.array(z.string()).describe('Other runs that use it, at most 20'),
        inputs: json.describe('Everything that was hashed: versions, digests, config'),
        bitExact: z.boolean(),
        peakMemoryBytes: z.number(),
        flops: z.number(),
        attemptList: z.array(attemptView),
        artifacts: z.array(z.object({ name: z.string(), sha256: z.string(), bytes: z.number() })),
        checkpoints: z.array(
          z.object({ attempt: z.string(), step: z.int(), path: z.string(), createdAt: z.iso.datetime() }),
        ),
      }),
    ),
  })
  .meta({ id: 'RunDetail' });
export type RunDetail = z.infer<typeof runDetail>;

export const telemetryView = z
  .array(
    z.object({
      stage: z.string(),
      attempt: z.string(),
      name: z.string(),
      points: z.array(z.object({ step: z.int(), value: z.number() })),
    }),
  )
  .meta({ id: 'Telemetry' });
export type TelemetryView = z.infer<typeof telemetryView>;

const answer = z.object({ answer: z.string(), score: z.number() });

export const predictionsView = z
  .object({
    benchmark: z.string(),
    benchmarks: z.array(z.string()),
    runs: z.array(z.object({ id: z.string(), label: z.string(), seed: z.int() })),
    categories: z.array(z.object({ name: z.string(), questions: z.int() })),
    total: z.int().describe('Questions that fit the filter'),
    rows: z.array(
      z.object({
        questionId: z.string(),
        question: z.string(),
        image: z.string(),
        target: z.string(),
        category: z.string(),
        answers: z.array(answer.extend({ run: z.string(), blind: answer.nullable() })),
      }),
    ),
  })
  .meta({ id: 'Predictions' });
export type PredictionsView = z.infer<typeof predictionsView>;

export const queueView = z
  .object({
    total: z.int(),
    rows: z.array(
      z.object({
        key: z.string(),
        stage: z.string(),
        state: z.enum(['waiting', 'ready', 'queued', 'blocked', 'paused']),
        experiment: z.string(),
        priority: z.int(),
        since: z.iso.datetime(),
        estimatedSeconds: z.number(),
        because: z.string().describe('Why it does not run, in one sentence'),
      }),
    ),
  })
  .meta({ id: 'Queue' });
export type QueueView = z.infer<typeof queueView>;
