import { z } from 'zod';
import { json } from './json.js';

const size = z.object({ cells: z.int(), runs: z.int(), stages: z.int() });
const byKind = z.record(z.string(), z.int());

/** What another grid would add to an experiment. */
export const extensionView = z
  .object({
    experiment: z.string(),
    before: size,
    added: size.describe('Stages are those that the experiment did not have'),
    stages: byKind.describe('Added stages by name, evaluations together'),
    newStages: byKind.describe('Those of them that nobody has run or asked for'),
    savedTrainings: z.int().describe('Trainings of added runs that do not run again'),
    evaluatedAgain: z.int().describe('Runs of before that get an evaluation'),
    axes: z
      .array(z.object({ axis: z.string(), levels: z.array(z.string()), isNew: z.boolean() }))
      .describe('Axes with levels that were not there'),
    seeds: z.array(z.int()),
    benchmarks: z.array(z.string()),
    placed: z.int().describe('Cells of before that get the level on a new axis which they ran with'),
    flops: z.number(),
    seconds: z.object({ compute: z.number(), wall: z.number() }),
    secondsFrom: z.enum(['measured', 'prior']),
    peakMemoryBytes: z.number(),
    cells: z.array(z.object({ id: z.string(), label: z.string() })).describe('Added cells'),
    notes: z.array(z.string()),
  })
  .meta({ id: 'Extension' });
export type ExtensionView = z.infer<typeof extensionView>;

/** A grid as it was submitted, and what it brought. */
export const gridRecord = z
  .object({
    version: z.int(),
    spec: json,
    added: size,
    createdAt: z.iso.datetime(),
  })
  .meta({ id: 'GridRecord' });
