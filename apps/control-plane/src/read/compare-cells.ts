import { axisEffects, bestCell, cellMeans, meanInterval, type CellMean, type Score } from '@ablate/analysis';
import { primaryMetric, type BenchmarkEntry, type EvaluateStageConfig } from '@ablate/catalogue';
import type { CellScore, Comparison } from '@ablate/contracts';
import { readSeeds, type Cell, type GridSpec, type Levels } from '@ablate/design-space';
import type { Experiment, RunRow } from '@ablate/storage';
import type { Context } from '../context.js';

interface Measured {
  readonly run: RunRow;
  readonly stage: string;
  readonly benchmark: string;
}

const configOf = (config: unknown): EvaluateStageConfig | null => {
  const stage = config as EvaluateStageConfig;
  return stage.kind === 'evaluate' ? stage : null;
};

/** Gain of own answers over the blind control's, paired by question, over all seeds of a cell. */
function gainOf(
  stages: readonly string[],
  scores: ReadonlyMap<string, { own: number[]; blind: number[] }>,
): CellScore['gain'] {
  const own = stages.flatMap((stage) => scores.get(stage)?.own ?? []);
  const blind = stages.flatMap((stage) => scores.get(stage)?.blind ?? []);
  if (own.length < 2 || own.length !== blind.length) return null;
  const { mean: gain, low, high } = meanInterval(own.map((score, i) => score - blind[i]!));
  return { mean: gain, low: low!, high: high! };
}

async function scoresByStage(
  { results }: Context,
  stages: readonly string[],
): Promise<ReadonlyMap<string, { own: number[]; blind: number[] }>> {
  const byStage = new Map<string, { own: number[]; blind: number[] }>();
  for (const { stageKey, control, score } of await results.scores(stages)) {
    const entry = byStage.get(stageKey) ?? { own: [], blind: [] };
    entry[control === 'blind' ? 'blind' : 'own'].push(score);
    byStage.set(stageKey, entry);
  }
  return byStage;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : meanInterval(values).mean;

/** Cells by benchmark, best cell, what each axis changed against the baseline; aggregates over all finished runs. */
export async function compareCells(context: Context, experiment: Experiment): Promise<Comparison> {
  const spec = experiment.spec as unknown as GridSpec;
  const { index } = await context.inventory();
  const cellRows = await context.experiments.cells(experiment.id);
  const runs = await context.experiments.runs(experiment.id);
  const stages = await context.stages.find([
    ...new Set(runs.flatMap((run) => run.stages.map(({ stageKey }) => stageKey))),
  ]);
  const evaluations = new Map(
    stages.flatMap(({ key, config, state }) =>
      state === 'done' && configOf(config) ? [[key, configOf(config)!.benchmark.id] as const] : [],
    ),
  );
  const measured: Measured[] = runs.flatMap((run) =>
    run.stages.flatMap(({ stageKey }) =>
      evaluations.has(stageKey) ? [{ run, stage: stageKey, benchmark: evaluations.get(stageKey)! }] : [],
    ),
  );
  const values = new Map(
    (await context.metrics.last([...evaluations.keys()])).map(({ stage, name, value }) => [
      `${stage} ${name}`,
      value,
    ]),
  );
  const benchmarks = (spec.evaluate ?? []).flatMap((id) => {
    const entry = index.benchmarks.find((candidate: BenchmarkEntry) => candidate.id === id);
    return entry ? [{ id, metric: primaryMetric(entry) }] : [];
  });
  const scores: Score[] = measured.flatMap(({ run, stage, benchmark }) => {
    const metric = benchmarks.find(({ id }) => id === benchmark)?.metric;
    const value = metric === undefined ? undefined : values.get(`${stage} ${metric}`);
    return value === undefined ? [] : [{ cellId: run.cellId, seed: run.seed, metric: metric!, value }];
  });
  const means = cellMeans(scores);
  const perQuestion = await scoresByStage(context, [...evaluations.keys()]);
  const seeds = readSeeds(spec);
  const nested = seeds.redraws !== null && seeds.values.length > 1;
  const first = benchmarks[0]?.metric ?? null;
  const best = first === null ? null : bestCell(means, first);
  const cells: Cell[] = cellRows.map(({ cellId, levels }) => ({
    id: cellId,
    levels: levels as unknown as Levels,
  }));
  const baseline = cells.find(({ id }) => id === experiment.baselineCell)?.levels ?? null;

  const scoreOf = (cellId: string, { id, metric }: (typeof benchmarks)[number]): CellScore | null => {
    const found = means.find((entry: CellMean) => entry.cellId === cellId && entry.metric === metric);
    if (!found) return null;
    const own = measured
      .filter(({ run, benchmark }) => run.cellId === cellId && benchmark === id)
      .map(({ stage }) => stage);
    const control = (kind: string): number | null => {
      const name = `${id}/${kind}_${metric.slice(id.length + 1)}`;
      return mean(own.flatMap((stage) => values.get(`${stage} ${name}`) ?? []));
    };
    const { mean: value, n, sd, low, high } = found;
    return {
      benchmark: id,
      metric,
      mean: value,
      n,
      sd,
      low,
      high,
      blind: control('blind'),
      majority: control('majority'),
      gain: gainOf(own, perQuestion),
    };
  };

  return {
    experiment: experiment.id,
    benchmarks,
    cells: cellRows.map(({ cellId, label, levels }) => ({
      id: cellId,
      label,
      levels: levels as Comparison['cells'][number]['levels'],
      baseline: cellId === experiment.baselineCell,
      scores: benchmarks.flatMap((benchmark) => scoreOf(cellId, benchmark) ?? []),
    })),
    best: best && {
      id: best.cellId,
      label: cellRows.find(({ cellId }) => cellId === best.cellId)!.label,
      metric: best.metric,
      mean: best.mean,
      n: best.n,
    },
    effects:
      baseline === null
        ? []
        : benchmarks.flatMap(({ metric }) =>
            axisEffects({ cells, baseline, zip: spec.zip ?? [], scores, metric, nested }).map(
              ({ axes, ...effect }) => ({ ...effect, axis: axes.join(' + ') }),
            ),
          ),
    savedTrainings: experiment.savedTrainings,
    notes: [
      ...experiment.notes,
      ...(nested
        ? [
            `Seeds redraw ${seeds.redraws!.join(', ') || 'no training stage'} only: runs of a cell share earlier stages and are nested, not independent.`,
          ]
        : []),
      ...(scores.length < runs.length * benchmarks.length
        ? [
            `${runs.length * benchmarks.length - scores.length} of ${runs.length * benchmarks.length} scores are missing: these runs are not finished.`,
          ]
        : []),
    ],
  };
}
