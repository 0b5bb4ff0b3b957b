import type { AnswerInput } from '@ablate/analysis';
import { AblateError } from '@ablate/errors';
import type { GridSpec } from '@ablate/design-space';
import type { Experiment, RunRow, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { answerOnce } from './answer-once.js';
import { runStateOf, stateOf } from './describe-stage.js';
import { labelCells } from './label-cells.js';
import { measureCells, type Measurements } from './measure-cells.js';
import { readLevels } from './read-levels.js';

/** Of an experiment's runs; a published table reports none. */
export const seedsOf = ({ kind }: Experiment, rows: readonly RunRow[]): number[] =>
  kind === 'imported' ? [] : [...new Set(rows.map(({ seed }) => seed))].sort((a, b) => a - b);

export interface RunTable extends Required<Pick<AnswerInput, 'axes' | 'baseline' | 'runs'>> {
  readonly metric: string;
  readonly seeds: number[];
  /** Trainings that seeds do not draw again. */
  readonly sharedBySeeds: string[];
}

function pickMetric({ benchmarks }: Measurements, wanted: string | undefined): string {
  const metrics = benchmarks.map(({ metric }) => metric);
  const found = metrics.find(
    (metric) => wanted === undefined || metric === wanted || metric.split('/')[0] === wanted,
  );
  if (found !== undefined) return found;
  throw new AblateError('UNKNOWN_METRIC', `There is no metric "${wanted ?? ''}" in this experiment.`, {
    path: 'metric',
    value: wanted ?? null,
    rule: metrics.length > 0 ? `One of ${metrics.join(', ')}.` : 'An experiment that evaluates something.',
    fix: metrics.length > 0 ? 'Name one of these.' : 'Add `evaluate` to the grid.',
  });
}

/**
 * For every run the training that makes it no independent replicate: the latest one that any two runs have in common (by seed, or by cells
 * that differ later), or the run's own at that place. Null where all runs train alone.
 */
function sharedStages(
  rows: readonly RunRow[],
  stages: ReadonlyMap<string, Stage>,
): readonly (string | undefined)[] | null {
  const trainings = rows.map((run) =>
    run.stages.flatMap(({ stageKey }) => (stages.get(stageKey)?.kind === 'train' ? [stageKey] : [])),
  );
  const depth = Math.max(0, ...trainings.map(({ length }) => length));
  for (let place = depth - 1; place >= 0; place -= 1) {
    const keys = trainings.map((keys) => keys[Math.min(place, keys.length - 1)]);
    const known = keys.filter((key) => key !== undefined);
    if (new Set(known).size < known.length) return keys;
  }
  return null;
}

/** An experiment's runs, one metric at a time, as tables for `analysis`: a label for every axis, a score, the run's state. */
export function runTables(
  experiment: Experiment,
  rows: readonly RunRow[],
  measured: Measurements,
): (metric: string) => RunTable {
  const spec = experiment.spec as unknown as GridSpec;
  const { stages, scores } = measured;
  const cells = new Map(rows.map(({ cellId, cell }) => [cellId, readLevels(cell.levels)]));
  const { axes, labels } = labelCells(spec, cells);
  const baseline = (experiment.baselineCell === null ? undefined : labels.get(experiment.baselineCell)) ?? {};
  const shared = sharedStages(rows, stages);
  const seeds = seedsOf(experiment, rows);
  const states = rows.map((run) =>
    experiment.kind === 'imported'
      ? 'not reported'
      : runStateOf(run.stages.map(({ stageKey }) => stateOf(stages.get(stageKey)!, stages))),
  );
  return (metric) => {
    const found = new Map(
      scores
        .filter((score) => score.metric === metric)
        .map(({ cellId, seed, value }) => [`${cellId} ${seed}`, value]),
    );
    return {
      metric,
      axes,
      baseline,
      seeds,
      sharedBySeeds: [...measured.undrawn],
      runs: rows.map(({ cellId, seed }, i) => {
        const score = found.get(`${cellId} ${seed}`) ?? null;
        const stage = shared?.[i];
        return {
          levels: labels.get(cellId)!,
          seed,
          score,
          // A run whose evaluation is done counts, whatever its other benchmarks do.
          status: score !== null ? 'done' : experiment.kind === 'imported' ? 'not reported' : states[i]!,
          ...(stage === undefined ? {} : { sharedStage: stage }),
        };
      }),
    };
  };
}

/** The table of one metric; the first benchmark's unless named. Throws UNKNOWN_METRIC. */
export const runTable = (
  context: Context,
  experiment: Experiment,
  wanted: string | undefined,
): Promise<RunTable> =>
  answerOnce(context, experiment, ['table', wanted], async () => {
    const rows = await context.experiments.runs(experiment.id);
    const measured = await measureCells(context, experiment, rows);
    return runTables(experiment, rows, measured)(pickMetric(measured, wanted));
  });
