import { z } from 'zod';
import { errorShape } from './error.js';
import { gridRecord } from './extension.js';
import { json } from './json.js';
import { experimentView, runState } from './views.js';

/** One experiment for a page: large grids included, so nothing here grows with stages. */

const named = z.record(z.string(), z.string()).describe('Axis -> label of its level');

export const overviewView = experimentView
  .extend({
    spec: json,
    grids: z.array(gridRecord).describe('Every grid as it was submitted: the first, then what extended it'),
    notes: z.array(z.string()),
    axes: z.array(z.object({ name: z.string(), levels: z.array(z.string()) })),
    baseline: z.string().nullable().describe('Id of the baseline cell'),
    metrics: z
      .array(z.string())
      .describe('Primary metrics of its benchmarks; the first decides the best cell'),
    curves: z.array(z.string()).describe('Series of its trainings, as `stage/name`'),
    failures: z
      .array(z.object({ stage: z.string(), stages: z.int(), run: z.string(), error: errorShape }))
      .describe('Errors, each once, with a run that shows it'),
  })
  .meta({ id: 'Overview' });
export type OverviewView = z.infer<typeof overviewView>;

export const cellRunsView = z
  .array(
    z.object({
      id: z.string(),
      label: z.string(),
      levels: named,
      baseline: z.boolean(),
      runs: z.array(
        z.object({
          id: z.string(),
          seed: z.int(),
          state: runState,
          share: z.number().describe('Of its stages, those that are done'),
        }),
      ),
    }),
  )
  .meta({ id: 'CellRuns' });
export type CellRunsView = z.infer<typeof cellRunsView>;

export const curvesView = z
  .object({
    metric: z.string(),
    by: z.string(),
    groups: z.array(
      z.object({
        name: z.string(),
        runs: z.int(),
        series: z.int().describe('Distinct stages; runs that share one count it once'),
        points: z.array(
          z.object({
            step: z.int(),
            mean: z.number(),
            n: z.int(),
            low: z.number().nullable().describe('95 % interval of the mean over series'),
            high: z.number().nullable(),
          }),
        ),
      }),
    ),
    omitted: z.int().describe('Groups beyond the limit'),
    thinned: z.boolean().describe('Whether only some steps are given'),
    note: z.string().nullable(),
  })
  .meta({ id: 'Curves' });
export type CurvesView = z.infer<typeof curvesView>;
