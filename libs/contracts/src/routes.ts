import type { GridSpec } from '@ablate/design-space';
import { z } from 'zod';
import { effectsView, pivotView, questionsView } from './effects-view.js';
import { extensionView } from './extension.js';
import { gridSpec } from './grid-spec.js';
import { importReport, importRequest } from './import-table.js';
import { cellRunsView, curvesView, overviewView } from './overview-view.js';
import { playgroundRequest, playgroundView } from './playground.js';
import { provenanceView } from './provenance-view.js';
import { predictionsView, queueView, runDetail, telemetryView } from './run-view.js';
import { tagChange, tagList } from './tags.js';
import {
  attemptView,
  comparison,
  experimentDetail,
  experimentView,
  explanation,
  health,
  inventory,
  logLine,
  metricSeries,
  plan,
  projectView,
  runView,
  stageFile,
  stageView,
  workerView,
} from './views.js';

export const API = '/api/v1';

export interface Route {
  readonly method: 'GET' | 'POST';
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  readonly params?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly body?: z.ZodType;
  readonly response: z.ZodType;
}

const id = z.object({ id: z.string().min(1) });
const spec = z.object({ spec: gridSpec });
const metricQuery = z.string().optional().describe('The first benchmark unless given');
const jointQuery = z
  .string()
  .optional()
  .describe('Axes to analyse as one, by commas; several groups by semicolons');
const page = { limit: z.coerce.number().int().min(1).max(1000).default(200) };

/** Every route of the API, once: controllers, OpenAPI and the client are made from it. Events are at `GET /events` (SSE). */
export const routes = {
  plan: {
    method: 'POST',
    path: '/plans',
    summary: 'What a grid would run, cost, share and be able to tell',
    body: spec.extend({
      difference: z
        .number()
        .positive()
        .optional()
        .describe(
          'Smallest difference worth finding, in units of the first metric: asks for a cheaper design',
        ),
    }),
    response: plan,
  },
  submit: {
    method: 'POST',
    path: '/experiments',
    summary: 'Submit a grid',
    body: spec.extend({ tags: tagList.optional() }),
    response: experimentDetail,
  },
  import: {
    method: 'POST',
    path: '/experiments/import',
    summary: 'Take a published table in as an experiment that is done; nothing is trained',
    body: importRequest,
    response: importReport,
  },
  experiments: {
    method: 'GET',
    path: '/experiments',
    summary: 'Experiments, newest first',
    query: z.object({
      project: z.string().optional(),
      tag: z.string().optional().describe('One tag, or several by commas: those that have all'),
      ...page,
    }),
    response: z.array(experimentView),
  },
  experiment: {
    method: 'GET',
    path: '/experiments/:id',
    summary: 'One experiment with its stages',
    params: id,
    response: experimentDetail,
  },
  overview: {
    method: 'GET',
    path: '/experiments/:id/overview',
    summary: 'One experiment without its stages: axes, metrics, failures',
    params: id,
    response: overviewView,
  },
  cells: {
    method: 'GET',
    path: '/experiments/:id/cells',
    summary: 'Its cells and the states of their runs',
    params: id,
    response: cellRunsView,
  },
  curves: {
    method: 'GET',
    path: '/experiments/:id/curves',
    summary: 'Learning curves by level of an axis, by cell or by run, with intervals over series',
    params: id,
    query: z.object({
      metric: z.string().describe('`stage/name`, e.g. `finetune/loss`'),
      by: z.string().default('cell').describe('An axis, `cell` or `run`'),
      limit: z.coerce.number().int().min(1).max(200).default(100).describe('Groups'),
    }),
    response: curvesView,
  },
  predictions: {
    method: 'GET',
    path: '/experiments/:id/predictions',
    summary: 'Questions of a benchmark with the answers of some runs side by side, blind answers beside them',
    params: id,
    query: z.object({
      benchmark: z.string().optional(),
      runs: z.string().optional().describe('Ids, by commas; two of different cells unless given'),
      show: z.enum(['all', 'disagreement', 'wrong', 'right', 'blind']).default('all'),
      category: z.string().optional(),
      text: z.string().optional(),
      offset: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(200).default(50),
    }),
    response: predictionsView,
  },
  runs: {
    method: 'GET',
    path: '/experiments/:id/runs',
    summary: 'Its runs with their metrics',
    params: id,
    response: z.array(runView),
  },
  compare: {
    method: 'GET',
    path: '/experiments/:id/comparison',
    summary: 'Cells by benchmark, best cell, what each axis changed against the baseline',
    params: id,
    response: comparison,
  },
  effects: {
    method: 'GET',
    path: '/experiments/:id/effects',
    summary: 'What each axis does to a metric, with intervals, and what cannot be told',
    params: id,
    query: z.object({
      metric: metricQuery,
      model: z.enum(['main', 'two_way']).default('main'),
      joint: jointQuery,
    }),
    response: effectsView,
  },
  provenance: {
    method: 'GET',
    path: '/experiments/:id/provenance',
    summary: 'What its scores were made with: versions, processors, digests of backbones and data',
    params: id,
    response: provenanceView,
  },
  pivot: {
    method: 'GET',
    path: '/experiments/:id/pivot',
    summary: 'Means by any two axes',
    params: id,
    query: z.object({ rows: z.string(), columns: z.string(), metric: z.string().optional() }),
    response: pivotView,
  },
  questions: {
    method: 'GET',
    path: '/runs/:id/questions',
    summary: 'Two runs compared within a benchmark, question by question',
    params: id,
    query: z.object({
      with: z.string().describe('The other run'),
      benchmark: z.string(),
      seed: z.coerce.number().int().default(1).describe('Of the resampling'),
    }),
    response: questionsView,
  },
  export: {
    method: 'GET',
    path: '/experiments/:id/export',
    summary: 'The comparison, the effects or a pivot as a table',
    params: id,
    query: z.object({
      format: z.enum(['csv', 'json', 'markdown', 'latex']),
      what: z.enum(['comparison', 'effects', 'pivot']).default('comparison'),
      metric: metricQuery.describe('Of effects or a pivot; the first benchmark unless given'),
      model: z.enum(['main', 'two_way']).default('main'),
      joint: jointQuery,
      rows: z.string().optional().describe('Axis of a pivot'),
      columns: z.string().optional().describe('Axis of a pivot'),
    }),
    response: z.object({ format: z.string(), text: z.string() }),
  },
  cancel: {
    method: 'POST',
    path: '/experiments/:id/cancel',
    summary: 'Stop what no other experiment needs',
    params: id,
    response: experimentDetail,
  },
  pause: {
    method: 'POST',
    path: '/experiments/:id/pause',
    summary: 'Start no more of its stages; those that run finish, and those that others want go on',
    params: id,
    response: experimentDetail,
  },
  resume: {
    method: 'POST',
    path: '/experiments/:id/resume',
    summary: 'Go on with a paused experiment',
    params: id,
    response: experimentDetail,
  },
  planExtension: {
    method: 'POST',
    path: '/experiments/:id/extension',
    summary: 'What another grid would add to an experiment; nothing changes',
    params: id,
    body: spec,
    response: extensionView,
  },
  extend: {
    method: 'POST',
    path: '/experiments/:id/extend',
    summary: 'Add the cells, seeds and benchmarks of another grid; what is there stays',
    params: id,
    body: spec,
    response: experimentDetail,
  },
  tag: {
    method: 'POST',
    path: '/experiments/:id/tags',
    summary: 'Put tags on an experiment, or take them off',
    params: id,
    body: tagChange,
    response: experimentView,
  },
  retry: {
    method: 'POST',
    path: '/experiments/:id/retry',
    summary: 'Offer failed and cancelled stages again',
    params: id,
    response: experimentDetail,
  },
  run: { method: 'GET', path: '/runs/:id', summary: 'One run', params: id, response: runView },
  runDetail: {
    method: 'GET',
    path: '/runs/:id/detail',
    summary: 'One run with its stages, their attempts, files and lineage',
    params: id,
    response: runDetail,
  },
  ask: {
    method: 'POST',
    path: '/runs/:id/playground',
    summary: 'Ask a run whose trainings are done about a picture; a worker answers',
    params: id,
    body: playgroundRequest,
    response: playgroundView,
  },
  questionsOfRun: {
    method: 'GET',
    path: '/runs/:id/playground',
    summary: 'The newest questions that a run was asked, and their answers',
    params: id,
    response: z.array(playgroundView),
  },
  question: {
    method: 'GET',
    path: '/playground/:id',
    summary: 'One question that a run was asked',
    params: id,
    response: playgroundView,
  },
  telemetry: {
    method: 'GET',
    path: '/runs/:id/telemetry',
    summary: 'Times, throughput and memory of its attempts',
    params: id,
    response: telemetryView,
  },
  logs: {
    method: 'GET',
    path: '/runs/:id/logs',
    summary: 'Log lines of all its stages',
    params: id,
    query: z.object({ limit: z.coerce.number().int().min(1).max(10_000).default(2000) }),
    response: z.array(logLine),
  },
  stage: {
    method: 'GET',
    path: '/stages/:id',
    summary: 'One stage by its key or the beginning of it',
    params: id,
    response: stageView,
  },
  stageFiles: {
    method: 'GET',
    path: '/stages/:id/files',
    summary: 'Files of a finished stage in the artifact store',
    params: id,
    response: z.array(stageFile),
  },
  explain: {
    method: 'GET',
    path: '/stages/:id/explain',
    summary: 'Why a stage was reused, or which field made it new',
    params: id,
    response: explanation,
  },
  attempts: {
    method: 'GET',
    path: '/attempts',
    summary: 'Attempts of a stage',
    query: z.object({ stage: z.string() }),
    response: z.array(attemptView),
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    summary: 'Metric series of a stage, or of all stages of a run',
    query: z.object({
      stage: z.string().optional(),
      run: z.string().optional(),
      name: z.string().optional(),
    }),
    response: z.array(metricSeries),
  },
  workers: {
    method: 'GET',
    path: '/workers',
    summary: 'Workers and what they run',
    response: z.array(workerView),
  },
  queue: {
    method: 'GET',
    path: '/queue',
    summary: 'Stages that do not run yet, and why each waits',
    query: z.object({ limit: z.coerce.number().int().min(1).max(1000).default(200) }),
    response: queueView,
  },
  projects: { method: 'GET', path: '/projects', summary: 'Projects', response: z.array(projectView) },
  inventory: {
    method: 'GET',
    path: '/inventory',
    summary: 'Backbones, data recipes and benchmarks here, and what is wrong with any',
    response: inventory,
  },
  live: { method: 'GET', path: '/health/live', summary: 'The process answers', response: health },
  ready: { method: 'GET', path: '/health/ready', summary: 'Database and queue answer', response: health },
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof routes;
export type RouteResponse<N extends RouteName> = z.infer<(typeof routes)[N]['response']>;
/** A body with a grid takes any grid, also one whose parts are read-only. */
type Input<T> = T extends { spec: unknown } ? Omit<T, 'spec'> & { readonly spec: GridSpec } : T;
type Part<N extends RouteName, P extends 'params' | 'query' | 'body'> =
  (typeof routes)[N] extends Record<P, infer S extends z.ZodType> ? Record<P, Input<z.input<S>>> : unknown;
/** What a call of a route is given. */
export type RouteInput<N extends RouteName> = Part<N, 'params'> & Part<N, 'query'> & Part<N, 'body'>;
