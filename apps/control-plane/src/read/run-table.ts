import type { AnswerInput } from '@ablate/analysis';
import { AblateError } from '@ablate/errors';
import { shortLabel, type GridSpec, type Levels } from '@ablate/design-space';
import type { Experiment, RunRow, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { runStateOf, stateOf } from './describe-stage.js';
import { measureCells, type Measurements } from './measure-cells.js';
import { readLevels } from './read-levels.js';

export interface RunTable extends Required<Pick<AnswerInput, 'axes' | 'baseline' | 'runs'>> {
  readonly metric: string;
}

/** An axis that a cell leaves out (`when`). */
const ABSENT = '-';

/** Which axes move as one by the grid's own word: a zip is one axis under a joint name. */
function columnsOf(spec: GridSpec, cells: readonly Levels[]): readonly (readonly string[])[] {
  const names = [...new Set(cells.flatMap((levels) => Object.keys(levels)))];
  const groups = names.map((axis) => spec.zip?.find((group) => group.includes(axis)) ?? [axis]);
  return [...new Map(groups.map((group) => [group.join(), group])).values()];
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
  const columns = columnsOf(spec, [...cells.values()]);
  const labelsOf = (levels: Levels): Record<string, string> =>
    Object.fromEntries(
      columns.map((axes) => [
        axes.join(' + '),
        axes
          .map((axis) => {
            const level = levels[axis];
            return level === undefined ? ABSENT : shortLabel(level, spec.axes[axis] ?? [level]);
          })
          .join(' + '),
      ]),
    );
  const labels = new Map([...cells].map(([id, levels]) => [id, labelsOf(levels)]));
  const axes = Object.fromEntries(
    columns.map((group) => {
      const name = group.join(' + ');
      return [name, [...new Set([...labels.values()].map((levels) => levels[name]!))]];
    }),
  );
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
        status: score !== null ? 'done' : runStateOf(states),
        ...sharedStage(run, stages, undrawn),
      };
    }),
  };
}
