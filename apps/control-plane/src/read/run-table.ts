import type { AnswerInput } from '@ablate/analysis';
import { AblateError } from '@ablate/errors';
import type { GridSpec } from '@ablate/design-space';
import type { Experiment, RunRow, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { runStateOf, stateOf } from './describe-stage.js';
import { labelCells } from './label-cells.js';
import { measureCells, type Measurements } from './measure-cells.js';
import { readLevels } from './read-levels.js';

export interface RunTable extends Required<Pick<AnswerInput, 'axes' | 'baseline' | 'runs'>> {
  readonly metric: string;
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

/** The trainings of a run that its cell's other seeds share. */
function sharedStage(run: RunRow, stages: ReadonlyMap<string, Stage>, undrawn: readonly string[]) {
  const keys = run.stages.flatMap(({ stageKey }) => {
    const stage = stages.get(stageKey);
    return stage?.kind === 'train' && undrawn.includes(stage.name) ? [stageKey] : [];
  });
  return keys.length === 0 ? {} : { sharedStage: keys.join(' ') };
}

/** An experiment's runs as a table for `analysis`: a label for every axis, one metric, the run's state. */
export async function runTable(
  context: Context,
  experiment: Experiment,
  wanted: string | undefined,
): Promise<RunTable> {
  const spec = experiment.spec as unknown as GridSpec;
  const rows = await context.experiments.runs(experiment.id);
  const measured = await measureCells(context, experiment, rows);
  const metric = pickMetric(measured, wanted);
  const scores = new Map(
    measured.scores
      .filter((score) => score.metric === metric)
      .map(({ cellId, seed, value }) => [`${cellId} ${seed}`, value]),
  );
  const cells = new Map(rows.map(({ cellId, cell }) => [cellId, readLevels(cell.levels)]));
  const { axes, labels } = labelCells(spec, cells);
  const { stages, undrawn } = measured;
  return {
    metric,
    axes,
    baseline: (experiment.baselineCell === null ? undefined : labels.get(experiment.baselineCell)) ?? {},
    runs: rows.map((run) => {
      const score = scores.get(`${run.cellId} ${run.seed}`) ?? null;
      const states = run.stages.map(({ stageKey }) => stateOf(stages.get(stageKey)!, stages));
      return {
        levels: labels.get(run.cellId)!,
        seed: run.seed,
        score,
        // A run whose evaluation is done counts, whatever its other benchmarks do.
        status:
          score !== null ? 'done' : experiment.kind === 'imported' ? 'not reported' : runStateOf(states),
        ...sharedStage(run, stages, undrawn),
      };
    }),
  };
}
