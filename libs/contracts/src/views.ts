import { z } from 'zod';
import { difference } from './effects-view.js';
import { errorShape } from './error.js';
import { json } from './json.js';

/** What the API answers with. Times are ISO strings, durations seconds, sizes bytes. */

const time = z.iso.datetime().nullable();
const levels = z.record(z.string(), json).describe('Axis -> level');
const byKind = z
  .record(z.string(), z.int())
  .describe('Stage name (evaluations together as `evaluate`) -> number');

export const stageState = z.enum([
  'waiting',
  'ready',
  'queued',
  'running',
  'done',
  'failed',
  'cancelled',
  'blocked',
]);
export const runState = z.enum(['waiting', 'running', 'done', 'failed', 'cancelled']);
export const experimentState = z.enum(['running', 'paused', 'done', 'failed', 'cancelled']);
export type StageState = z.infer<typeof stageState>;
export type RunState = z.infer<typeof runState>;
export type ExperimentState = z.infer<typeof experimentState>;

/** Whether nothing of an experiment will go on by itself or after `resume`. */
export const isOver = (state: ExperimentState): boolean => state !== 'running' && state !== 'paused';

export const plannedStage = z.object({
  key: z.string(),
  stage: z.string(),
  cells: z.int().describe('Cells that need it'),
  runs: z.int().describe('Runs that need it'),
  status: z
    .enum(['new', 'shared', 'finished'])
    .describe('new, waiting or running for somebody already, or finished'),
  flops: z.number(),
  seconds: z.number(),
  peakMemoryBytes: z.number(),
});

const planStatistics = z
  .object({
    metric: z.string(),
    axes: z.array(
      z.object({
        axis: z.string(),
        levels: z.int(),
        status: z.enum(['estimable', 'partly', 'aliased']),
        detectable: z
          .number()
          .nullable()
          .describe('Smallest difference found with 80 % power, in units of the metric'),
      }),
    ),
    aliases: z.array(z.string()).describe('Effects that the design cannot tell apart'),
    noise: z
      .object({ sd: z.number(), df: z.int(), experiment: z.string() })
      .nullable()
      .describe('Between seeds, as the newest experiment of the project knows it'),
    independentRuns: z.int().describe('Of each cell: seeds that share a stage count as one'),
    cheaper: z
      .object({
        cells: z.array(z.record(z.string(), z.string())),
        runs: z.int(),
        detectable: z.number(),
      })
      .nullable()
      .describe('Fewer cells that still find the difference asked for'),
    notes: z.array(z.string()),
  })
  .describe('What the design will be able to tell');

export const plan = z
  .object({
    project: z.string(),
    name: z.string(),
    counts: z.object({ cells: z.int(), runs: z.int(), stages: byKind, newStages: byKind, stageUses: byKind }),
    saved: z
      .object({ trainings: z.int(), seconds: z.number() })
      .describe('Stage trainings that sharing saves'),
    flops: z.number(),
    seconds: z
      .object({ compute: z.number(), wall: z.number() })
      .describe('Compute of new stages; wall clock on the slots there are'),
    secondsFrom: z.enum(['measured', 'prior']).describe('Whether throughput was observed here'),
    peakMemoryBytes: z.number(),
    numericsClass: z.string(),
    numericsAssumed: z.boolean(),
    stages: z.array(plannedStage),
    cells: z.array(z.object({ id: z.string(), label: z.string(), levels })),
    statistics: planStatistics.nullable().describe('Null for a grid that evaluates nothing or is too large'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Plan' });

export const stageView = z
  .object({
    key: z.string(),
    stage: z.string(),
    kind: z.enum(['train', 'evaluate']),
    state: stageState,
    step: z.int().nullable(),
    totalSteps: z.int().nullable(),
    attempts: z.int(),
    runs: z.int().describe('Runs that use it, over all experiments'),
    parents: z.array(z.string()),
    seconds: z.number().nullable().describe('Of the attempt that finished it'),
    estimatedSeconds: z.number(),
    config: json,
    error: errorShape.nullable(),
    createdAt: time,
    finishedAt: time,
  })
  .meta({ id: 'Stage' });

export const experimentView = z
  .object({
    id: z.string(),
    kind: z.enum(['grid', 'imported']).describe('Runs here, or published figures'),
    project: z.string(),
    name: z.string(),
    state: experimentState,
    priority: z.int(),
    tags: z.array(z.string()),
    cells: z.int(),
    runs: z.object({ total: z.int(), done: z.int(), failed: z.int() }),
    stages: z.object({ total: z.int(), done: z.int(), running: z.int(), failed: z.int(), reused: z.int() }),
    savedTrainings: z.int().describe('Trainings that runs have in common or that were finished before'),
    spentSeconds: z.number().describe('Computing so far, of stages that it was the first to ask for'),
    savedSeconds: z.number().describe('Computing that shared trainings would have taken again'),
    progress: z.number().min(0).max(1).describe('Share of the estimated work that is done'),
    etaSeconds: z.number().nullable().describe('For the whole grid; null when done or unknown'),
    createdAt: z.iso.datetime(),
    finishedAt: time,
    error: errorShape.nullable(),
  })
  .meta({ id: 'Experiment' });

export const experimentDetail = experimentView
  .extend({ spec: json, stageList: z.array(stageView) })
  .meta({ id: 'ExperimentDetail' });

export const runView = z
  .object({
    id: z.string(),
    experiment: z.string(),
    cell: z.string(),
    label: z.string(),
    levels,
    seed: z.int(),
    state: runState,
    stages: z.array(z.object({ key: z.string(), stage: z.string(), state: stageState, reused: z.boolean() })),
    metrics: z.record(z.string(), z.number()).describe('Last value of every metric of its stages'),
    error: errorShape.nullable(),
  })
  .meta({ id: 'Run' });

export const stageFile = z
  .object({ name: z.string(), sha256: z.string(), bytes: z.int() })
  .meta({ id: 'StageFile' });

export const logLine = z.object({
  attempt: z.string(),
  stage: z.string(),
  sequence: z.int(),
  stream: z.string(),
  text: z.string(),
});

const interval = z.object({
  mean: z.number(),
  n: z.int(),
  sd: z.number().nullable(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

const pairedDifference = z.object({
  mean: z.number(),
  pairs: z.int(),
  low: z.number().nullable(),
  high: z.number().nullable(),
});

export const cellScore = interval.extend({
  benchmark: z.string(),
  metric: z.string(),
  blind: z.number().nullable().describe('The same model with images shuffled between questions'),
  majority: z.number().nullable().describe('The most frequent answer'),
  gain: z
    .object({ mean: z.number(), low: z.number(), high: z.number() })
    .nullable()
    .describe('Over blind, paired by question, 95 % interval'),
  rank: z.int().describe('Among the cells by mean: 1 is best'),
  difference: pairedDifference
    .nullable()
    .describe('To the baseline cell over the seeds that both have; null for the baseline itself'),
});

export const costName = z.enum(['flops', 'peakMemoryBytes', 'parameters', 'seconds']);

export const comparison = z
  .object({
    experiment: z.string(),
    benchmarks: z.array(z.object({ id: z.string(), metric: z.string() })),
    cells: z.array(
      z.object({
        id: z.string(),
        label: z.string(),
        levels,
        baseline: z.boolean(),
        scores: z.array(cellScore),
        cost: z
          .object({
            flops: z.number(),
            seconds: z.number().nullable().describe('Of its finished trainings; null while one is missing'),
            peakMemoryBytes: z.number(),
            parameters: z
              .number()
              .nullable()
              .describe('Of the whole model, adapters included; null where a backbone is no longer here'),
          })
          .describe('Of the trainings of one run, shared ones counted in full'),
        composite: z
          .object({ z: z.number(), rank: z.number() })
          .nullable()
          .describe('Mean z-score and mean rank over the benchmarks; null unless it has all of two or more'),
        front: z
          .array(costName)
          .describe('Costs by which no other cell scores as well on the first benchmark for less'),
      }),
    ),
    best: z
      .object({
        id: z.string(),
        label: z.string(),
        metric: z.string(),
        mean: z.number(),
        n: z.int(),
        tied: z.int().describe('Other cells with the same mean; the first by id is named'),
      })
      .nullable(),
    effects: z
      .array(difference.extend({ metric: z.string() }))
      .describe('What each axis changed against the baseline, on every benchmark'),
    savedTrainings: z.int(),
    seeds: z.array(z.int()),
    sharedBySeeds: z.array(z.string()).describe('Trainings that seeds do not draw again'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Comparison' });

export const explanation = z
  .object({
    key: z.string(),
    stage: z.string(),
    outcome: z.enum(['hit', 'miss']),
    sentence: z.string(),
    firstExperiment: z.string().nullable(),
    nearest: z.string().nullable().describe('Key of the most similar stage'),
    differences: z.array(z.object({ path: z.string(), here: z.unknown(), there: z.unknown() })),
    /** Everything that was hashed. */
    inputs: json,
    waits: z
      .string()
      .nullable()
      .describe('Why it does not run yet, in one sentence; null for one that does not wait'),
    bitExact: z.boolean().describe('False when it went on from a checkpoint of another kind of processor'),
  })
  .meta({ id: 'Explanation' });

export const attemptView = z
  .object({
    id: z.string(),
    stage: z.string(),
    number: z.int(),
    state: z.enum(['queued', 'leased', 'done', 'failed', 'lost', 'released', 'cancelled']),
    worker: z.string().nullable(),
    device: z.string().nullable(),
    step: z.int().nullable(),
    totalSteps: z.int().nullable(),
    error: errorShape.nullable(),
    queuedAt: z.iso.datetime(),
    startedAt: time,
    finishedAt: time,
  })
  .meta({ id: 'Attempt' });

export const metricSeries = z
  .object({
    stage: z.string(),
    name: z.string(),
    points: z.array(z.object({ step: z.int(), value: z.number() })),
  })
  .meta({ id: 'MetricSeries' });

export const workerView = z
  .object({
    id: z.string(),
    name: z.string(),
    pool: z.string(),
    numericsClass: z.string(),
    slots: z.int(),
    busy: z.int(),
    state: z.enum(['online', 'stopping', 'gone']),
    device: z.string(),
    seenAt: z.iso.datetime(),
    running: z.array(
      z.object({
        stage: z.string(),
        name: z.string(),
        step: z.int().nullable(),
        totalSteps: z.int().nullable(),
        since: time,
      }),
    ),
  })
  .meta({ id: 'Worker' });

export const projectView = z.object({ name: z.string(), experiments: z.int() }).meta({ id: 'Project' });

export const inventory = z
  .object({
    backbones: z.array(json),
    recipes: z.array(json),
    benchmarks: z.array(json),
    problems: z.array(errorShape),
  })
  .meta({ id: 'Inventory' });

export const health = z
  .object({ status: z.enum(['ok', 'error']), checks: z.record(z.string(), z.enum(['up', 'down'])) })
  .meta({ id: 'Health' });

/** What the stream of everything says: what is no longer as it was. */
export const changeEvent = z.object({
  type: z.literal('change'),
  experiments: z.array(z.string()).describe('Ids of those whose state, stages or progress changed'),
  workers: z.boolean(),
  queue: z.boolean(),
});

/** What the event stream of an experiment says: its state whenever it changed. */
export const serverEvent = z.object({ type: z.literal('experiment'), experiment: experimentDetail });

export type Plan = z.infer<typeof plan>;
export type PlannedStage = z.infer<typeof plannedStage>;
export type StageView = z.infer<typeof stageView>;
export type ExperimentView = z.infer<typeof experimentView>;
export type ExperimentDetail = z.infer<typeof experimentDetail>;
export type RunView = z.infer<typeof runView>;
export type StageFile = z.infer<typeof stageFile>;
export type LogLine = z.infer<typeof logLine>;
export type CellScore = z.infer<typeof cellScore>;
export type Comparison = z.infer<typeof comparison>;
export type CostName = z.infer<typeof costName>;
export type Explanation = z.infer<typeof explanation>;
export type AttemptView = z.infer<typeof attemptView>;
export type MetricSeries = z.infer<typeof metricSeries>;
export type WorkerView = z.infer<typeof workerView>;
export type ProjectView = z.infer<typeof projectView>;
export type Inventory = z.infer<typeof inventory>;
export type Health = z.infer<typeof health>;
export type ChangeEvent = z.infer<typeof changeEvent>;
export type ServerEvent = z.infer<typeof serverEvent>;
