import { z } from 'zod';

/** What an experiment says about its axes. Scores are in the metric's own units; intervals have 95 %. */

const seedFields = {
  seeds: z.array(z.int()),
  sharedBySeeds: z.array(z.string()).describe('Trainings that seeds do not draw again'),
};
const levels = z.record(z.string(), z.string()).describe('Axis -> label of its level');
const estimateFields = {
  estimable: z.boolean(),
  estimate: z.number().nullable().describe('Null where the runs cannot tell'),
  se: z.number().nullable(),
  t: z.number().nullable(),
  p: z.number().nullable(),
  lo: z.number().nullable(),
  hi: z.number().nullable(),
};
const estimate = z.object(estimateFields);
/** One level against its axis' baseline. */
export const difference = z.object({
  axis: z.string(),
  level: z.string(),
  baseline: z.string(),
  df: z.number().nullable(),
  ...estimateFields,
  pHolm: z.number().nullable(),
  verdict: z.enum(['difference', 'could be noise', 'cannot tell', 'not estimable']),
  sentence: z.string().describe('"Is this difference noise?"'),
});

const paired = z.object({
  level: z.string(),
  baseline: z.string(),
  pairs: z.int(),
  mean: z.number().nullable(),
  sd: z.number().nullable(),
  se: z.number().nullable(),
  lo: z.number().nullable(),
  hi: z.number().nullable(),
  t: z.number().nullable(),
  df: z.number().nullable(),
  p: z.number().nullable(),
  dz: z.number().nullable(),
});

export const effectsView = z
  .object({
    experiment: z.string(),
    metric: z.string(),
    model: z.enum(['main', 'two_way']),
    axes: z.array(
      z.object({
        name: z.string(),
        levels: z.array(z.string()),
        baseline: z.string(),
        detectable: z.number().nullable().describe('Smallest difference found with 80 % power'),
      }),
    ),
    constant: levels.describe('Axes with one level'),
    used: z.int().describe('Runs that count: done, with a finite score'),
    ...seedFields,
    excluded: z.record(z.string(), z.int()).describe('Other runs by state'),
    balance: z.object({
      cellsPossible: z.int(),
      cellsFilled: z.int(),
      cellsMissing: z.int(),
      nMin: z.int().nullable(),
      nMax: z.int().nullable(),
      balanced: z.boolean(),
    }),
    missingCells: z.array(levels),
    seedNoise: z.object({
      df: z.int(),
      sd: z.number().nullable(),
      lo: z.number().nullable(),
      hi: z.number().nullable(),
    }),
    method: z
      .enum(['independent', 'aggregate', 'split', 'mixed', 'pooled', 'none'])
      .describe('How runs that share a stage were handled'),
    because: z.string().nullable(),
    terms: z.array(
      z.object({
        term: z.array(z.string()),
        df: z.int(),
        dfFull: z.int(),
        dfError: z.number(),
        estimable: z.enum(['all', 'part', 'none']),
        ss: z.number(),
        f: z.number().nullable(),
        p: z.number().nullable(),
        pHolm: z.number().nullable(),
        eta2: z.number().nullable().describe('Share of the variation'),
        partialEta2: z.number().nullable(),
        omega2: z.number().nullable(),
      }),
    ),
    means: z.array(z.object({ axis: z.string(), level: z.string(), n: z.int(), ...estimateFields })),
    differences: z.array(difference),
    pairs: z.array(
      z.object({
        axis: z.string(),
        a: z.string(),
        b: z.string(),
        ...estimateFields,
        pHolm: z.number().nullable(),
        pTukey: z.number().nullable(),
      }),
    ),
    interactions: z.array(
      z.object({
        axes: z.array(z.string()),
        cells: z.array(z.object({ levels, n: z.int(), mean: estimate, interaction: estimate })),
      }),
    ),
    paired: z.object({
      byRun: z.record(z.string(), z.array(paired.extend({ pHolm: z.number().nullable() }))),
      byCell: z.record(z.string(), z.array(paired)),
    }),
    aliases: z.array(z.object({ axes: z.array(z.string()), sentence: z.string() })),
    withheld: z.array(z.object({ axis: z.string(), reason: z.string() })),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Effects' });
export type EffectsView = z.infer<typeof effectsView>;

export const pivotView = z
  .object({
    experiment: z.string(),
    metric: z.string(),
    rows: z.object({ axis: z.string(), levels: z.array(z.string()) }),
    columns: z.object({ axis: z.string(), levels: z.array(z.string()) }),
    averagedOver: z.array(z.string()).describe('Axes that the cells are averaged over, run by run'),
    baseline: z.object({ row: z.string(), column: z.string() }),
    ...seedFields,
    cells: z.array(
      z.object({
        row: z.string(),
        column: z.string(),
        n: z.int(),
        independent: z.int().describe('Of these runs; those that share a training count as one'),
        mean: z.number(),
        rank: z.int().describe('Among these cells by mean: 1 is best'),
        difference: z
          .object({ mean: z.number(), pairs: z.int() })
          .nullable()
          .describe(
            'To the baseline cell, over runs with the same other levels and seed; null where there are none',
          ),
        sd: z.number().nullable().describe('Over what is independent'),
        lo: z.number().nullable(),
        hi: z.number().nullable(),
      }),
    ),
    warning: z.string().nullable().describe('Said where cells are missing or unequal'),
  })
  .meta({ id: 'Pivot' });
export type PivotView = z.infer<typeof pivotView>;

export const questionsView = z
  .object({
    benchmark: z.string(),
    first: z.string().describe('Run'),
    second: z.string().describe('Run'),
    questions: z.int(),
    firstMean: z.number(),
    secondMean: z.number(),
    difference: z.number().describe('Second less first'),
    bootstrap: z
      .object({ resamples: z.int(), seed: z.int(), lo: z.number(), hi: z.number() })
      .describe('Percentile interval of the difference'),
    mcnemar: z
      .object({ onlyFirstRight: z.int(), onlySecondRight: z.int(), p: z.number() })
      .nullable()
      .describe('Exact; null where answers have part marks'),
    p: z.number().describe('Two-sided, by sign flips of the differences'),
    sentence: z.string(),
  })
  .meta({ id: 'Questions' });
export type QuestionsView = z.infer<typeof questionsView>;
