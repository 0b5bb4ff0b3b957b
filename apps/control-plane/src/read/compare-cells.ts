import { answerEffects, composite, paretoFront } from '@ablate/analysis';
import type { CellScore, Comparison, CostName } from '@ablate/contracts';
import type { Experiment } from '@ablate/storage';
import { READ_AGE_MS, type Context } from '../context.js';
import { answerOnce } from './answer-once.js';
import { costCells, type CellCost } from './cost-cells.js';
import { measureCells, type Measurements } from './measure-cells.js';
import { readLevels } from './read-levels.js';
import { runTables, seedsOf, type RunTable } from './run-table.js';
import { scoreCells } from './score-cells.js';

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

type Scores = ReadonlyMap<string, readonly CellScore[]>;

/** One figure over the benchmarks for every cell that has them all; more is better on each. */
function compositeOf(benchmarks: Comparison['benchmarks'], scores: Scores) {
  const figure = composite(
    [...scores.keys()],
    Object.fromEntries(benchmarks.map(({ metric }) => [metric, 'max' as const])),
    (cell, metric) => scores.get(cell)?.find((score) => score.metric === metric)?.mean ?? null,
  );
  return (cell: string): Comparison['cells'][number]['composite'] => {
    const z = figure.zMeanDdof1[cell];
    const rank = figure.rankMean[cell];
    return benchmarks.length < 2 || z === undefined || rank === undefined ? null : { z, rank };
  };
}

const COSTS: readonly CostName[] = ['flops', 'peakMemoryBytes', 'parameters', 'seconds'];

/** By cell: the costs by which no other cell beats it on the first benchmark and on that cost at once. */
function frontsOf(metric: string | undefined, scores: Scores, costs: ReadonlyMap<string, CellCost>) {
  const fronts = COSTS.map((cost) => {
    const points = [...scores].map(([id, own]) => ({
      id,
      values: {
        score: own.find((score) => score.metric === metric)?.mean ?? null,
        cost: costs.get(id)?.[cost] ?? null,
      },
    }));
    const { front } = paretoFront(points, [
      { name: 'score', sense: 'max' },
      { name: 'cost', sense: 'min' },
    ]);
    return { cost, front: new Set(front) };
  });
  return (cell: string): CostName[] => fronts.flatMap(({ cost, front }) => (front.has(cell) ? [cost] : []));
}

/** Cells by benchmark, best cell, what each axis changed against the baseline; aggregates over all finished runs. */
export const compareCells = (context: Context, experiment: Experiment): Promise<Comparison> =>
  answerOnce(context, experiment, ['comparison'], () => compareNow(context, experiment));

async function compareNow(context: Context, experiment: Experiment): Promise<Comparison> {
  const rows = await context.experiments.cells(experiment.id);
  const runs = await context.experiments.runs(experiment.id);
  const measured = await measureCells(context, experiment, runs);
  const benchmarks = [...measured.benchmarks];
  const byCell = scoreCells(measured, experiment.baselineCell);
  const costs =
    experiment.kind === 'imported'
      ? new Map<string, CellCost>()
      : costCells(runs, measured.stages, (await context.inventory(READ_AGE_MS)).index);
  const compositeFor = compositeOf(benchmarks, byCell);
  const frontsFor = frontsOf(benchmarks[0]?.metric, byCell, costs);
  const cells = rows.map(({ cellId, label, levels }): Comparison['cells'][number] => ({
    id: cellId,
    label,
    levels: readLevels(levels) as Comparison['cells'][number]['levels'],
    baseline: cellId === experiment.baselineCell,
    scores: [...(byCell.get(cellId) ?? [])],
    cost: costs.get(cellId) ?? { flops: 0, seconds: null, peakMemoryBytes: 0, parameters: null },
    composite: compositeFor(cellId),
    front: frontsFor(cellId),
  }));
  return {
    experiment: experiment.id,
    benchmarks,
    cells,
    best: bestOf(cells, benchmarks[0]?.metric),
    effects: changesOf(runTables(experiment, runs, measured), measured),
    savedTrainings: experiment.savedTrainings,
    seeds: seedsOf(experiment, runs),
    sharedBySeeds: [...measured.undrawn],
    notes: notesOf(experiment, measured),
  };
}

function bestOf(cells: Comparison['cells'], metric: string | undefined): Comparison['best'] {
  const best = cells
    .flatMap(({ id, label, scores }) => {
      const score = scores.find((one) => one.metric === metric);
      return score?.rank === 1 ? [{ id, label, metric: score.metric, mean: score.mean, n: score.n }] : [];
    })
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  return best[0] ? { ...best[0], tied: best.length - 1 } : null;
}

/** Differences to the baseline on every benchmark, as `effects` gives them. */
function changesOf(
  tableOf: (metric: string) => RunTable,
  { benchmarks }: Measurements,
): Comparison['effects'] {
  return benchmarks.flatMap(({ metric }) => {
    const table = tableOf(metric);
    if (table.runs.every(({ score }) => score === null)) return [];
    return answerEffects(table).differences.map((difference) => ({ metric, ...difference }));
  });
}
