import { axisEffects, bestCell, cellMeans } from '@ablate/analysis';
import type { CellScore, Comparison } from '@ablate/contracts';
import { shortLabel, type Cell, type GridSpec, type Level } from '@ablate/design-space';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { measureCells, type Measurements } from './measure-cells.js';
import { readLevels } from './read-levels.js';

function notesOf({ notes }: Experiment, { undrawn, missing, scores }: Measurements): string[] {
  return [
    ...notes,
    ...(undrawn.length > 0
      ? [
          `Seeds do not draw ${undrawn.join(', ')} again: runs of a cell share it and are nested, not independent.`,
        ]
      : []),
    ...(missing > 0
      ? [`${missing} of ${missing + scores.length} scores are missing: these runs are not finished.`]
      : []),
  ];
}

/** Cells by benchmark, best cell, what each axis changed against the baseline; aggregates over all finished runs. */
export async function compareCells(context: Context, experiment: Experiment): Promise<Comparison> {
  const spec = experiment.spec as unknown as GridSpec;
  const rows = await context.experiments.cells(experiment.id);
  const measured = await measureCells(context, experiment, await context.experiments.runs(experiment.id));
  const { benchmarks, scores, controlsOf, undrawn } = measured;
  const means = cellMeans(scores);
  const meanOf = new Map(means.map((entry) => [`${entry.cellId} ${entry.metric}`, entry]));
  const scoreOf = (cellId: string, benchmark: Comparison['benchmarks'][number]): CellScore[] => {
    const found = meanOf.get(`${cellId} ${benchmark.metric}`);
    if (!found) return [];
    const { mean, n, sd, low, high } = found;
    return [
      {
        benchmark: benchmark.id,
        metric: benchmark.metric,
        mean,
        n,
        sd,
        low,
        high,
        ...controlsOf(cellId, benchmark),
      },
    ];
  };
  const best = benchmarks[0] ? bestCell(means, benchmarks[0].metric) : null;
  const cells: Cell[] = rows.map(({ cellId, levels }) => ({
    id: cellId,
    levels: readLevels(levels),
  }));
  const baseline = cells.find(({ id }) => id === experiment.baselineCell)?.levels;
  const nameOf = (level: Level, axis: string): string => shortLabel(level, spec.axes[axis] ?? [level]);
  const effects = baseline
    ? benchmarks.flatMap(({ metric }) =>
        axisEffects({
          cells,
          baseline,
          zip: spec.zip ?? [],
          scores,
          metric,
          nested: undrawn.length > 0,
          nameOf,
        }),
      )
    : [];
  return {
    experiment: experiment.id,
    benchmarks: [...benchmarks],
    cells: rows.map(({ cellId, label, levels }) => ({
      id: cellId,
      label,
      levels: readLevels(levels) as Comparison['cells'][number]['levels'],
      baseline: cellId === experiment.baselineCell,
      scores: benchmarks.flatMap((benchmark) => scoreOf(cellId, benchmark)),
    })),
    best: best && {
      id: best.cellId,
      label: rows.find(({ cellId }) => cellId === best.cellId)!.label,
      metric: best.metric,
      mean: best.mean,
      n: best.n,
    },
    effects: effects.map(({ axes, ...effect }) => ({ ...effect, axis: axes.join(' + ') })),
    savedTrainings: experiment.savedTrainings,
    notes: notesOf(experiment, measured),
  };
}
