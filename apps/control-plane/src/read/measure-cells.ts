import { meanInterval, type Score } from '@ablate/analysis';
import { primaryMetric, type EvaluateStageConfig } from '@ablate/catalogue';
import type { CellScore, Comparison } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import type { Experiment, RunRow, Stage } from '@ablate/storage';
import { importedMetrics } from '../importing/imported-metric.js';
import { READ_AGE_MS, type Context } from '../context.js';

type Benchmark = Comparison['benchmarks'][number];
type Controls = Pick<CellScore, 'blind' | 'majority' | 'gain'>;

/** What finished evaluations say, by run and by cell. */
export interface Measurements {
  /** In the order of the grid; the first decides the best cell. */
  readonly benchmarks: readonly Benchmark[];
  readonly scores: readonly Score[];
  /** Scores that are still to come. */
  readonly missing: number;
  /** Training stages that runs with different seeds share. */
  readonly undrawn: readonly string[];
  /** Of all runs, by key. */
  readonly stages: ReadonlyMap<string, Stage>;
  readonly controlsOf: (cellId: string, benchmark: Benchmark) => Controls;
}

const groupOf = (cellId: string, benchmark: string): string => `${cellId} ${benchmark}`;

function benchmarksOf(
  spec: GridSpec,
  stages: readonly Stage[],
  primary: ReadonlyMap<string, string>,
): Benchmark[] {
  const asked = new Set(stages.flatMap(({ config }) => evaluationOf(config)?.benchmark.id ?? []));
  return (spec.evaluate ?? []).flatMap((id) => {
    const metric = primary.get(id);
    return asked.has(id) && metric !== undefined ? [{ id, metric }] : [];
  });
}

const evaluationOf = (config: unknown): EvaluateStageConfig | null => {
  const stage = config as EvaluateStageConfig;
  return stage.kind === 'evaluate' ? stage : null;
};

/** Benchmark -> its primary metric, as it is here or, for a published table, as it was printed. */
export async function primaryMetrics(
  { inventory }: Context,
  { kind, spec }: Experiment,
): Promise<ReadonlyMap<string, string>> {
  if (kind === 'imported') return importedMetrics(spec as unknown as GridSpec);
  const { index } = await inventory(READ_AGE_MS);
  return new Map(index.benchmarks.map((entry) => [entry.id, primaryMetric(entry)]));
}

/** Reads the primary metrics, controls and per-question gains of all finished evaluations of an experiment. */
export async function measureCells(
  context: Context,
  experiment: Experiment,
  runs: readonly RunRow[],
): Promise<Measurements> {
  const { metrics, results, stages: repository } = context;
  const keys = new Set(runs.flatMap((run) => run.stages.map(({ stageKey }) => stageKey)));
  const stages = await repository.find([...keys]);
  const primary = await primaryMetrics(context, experiment);
  const benchmarks = benchmarksOf(experiment.spec as unknown as GridSpec, stages, primary);
  const finished = new Map(
    stages.flatMap(({ key, config, state }) => {
      const evaluation = evaluationOf(config);
      return evaluation && state === 'done' ? [[key, evaluation.benchmark.id] as const] : [];
    }),
  );
  const last = await metrics.last([...finished.keys()]);
  const values = new Map(last.map(({ stage, name, value }) => [`${stage} ${name}`, value]));
  const members = runs.flatMap(({ cellId, seed, stages: links }) =>
    links.flatMap(({ stageKey }) => {
      const benchmark = finished.get(stageKey);
      return benchmark === undefined
        ? []
        : [{ cellId, seed, stageKey, benchmark, group: groupOf(cellId, benchmark) }];
    }),
  );
  const scores = members.flatMap(({ cellId, seed, stageKey, benchmark }): Score[] => {
    const metric = primary.get(benchmark);
    const value = values.get(`${stageKey} ${metric}`);
    return metric === undefined || value === undefined ? [] : [{ cellId, seed, metric, value }];
  });
  const gains = new Map(
    (await results.gains(members)).map(({ group, differences }) => [group, meanInterval(differences)]),
  );
  const stagesOf = new Map<string, string[]>();
  for (const { group, stageKey } of members) stagesOf.set(group, [...(stagesOf.get(group) ?? []), stageKey]);

  const control = (group: string, name: string): number | null => {
    const found = (stagesOf.get(group) ?? []).flatMap((stage) => values.get(`${stage} ${name}`) ?? []);
    return found.length === 0 ? null : meanInterval(found).mean;
  };
  return {
    benchmarks,
    scores,
    // What a paper does not report is not to come.
    missing: experiment.kind === 'imported' ? 0 : runs.length * benchmarks.length - scores.length,
    undrawn: sharedBySeeds(runs, stages),
    stages: new Map(stages.map((stage) => [stage.key, stage])),
    controlsOf: (cellId, { id, metric }) => {
      const group = groupOf(cellId, id);
      const bare = metric.slice(id.length + 1);
      const gain = gains.get(group);
      return {
        blind: control(group, `${id}/blind_${bare}`),
        majority: control(group, `${id}/majority_${bare}`),
        gain:
          gain && gain.low !== null && gain.high !== null
            ? { mean: gain.mean, low: gain.low, high: gain.high }
            : null,
      };
    },
  };
}

/** Names of training stages that two runs of one cell have in common: their seeds do not draw them again. */
function sharedBySeeds(runs: readonly RunRow[], stages: readonly Stage[]): string[] {
  const trainings = new Map(
    stages.flatMap(({ key, kind, name }) => (kind === 'train' ? [[key, name] as const] : [])),
  );
  const shared = new Set<string>();
  const seen = new Set<string>();
  for (const { cellId, stages: links } of runs) {
    for (const { stageKey } of links) {
      const name = trainings.get(stageKey);
      const use = groupOf(cellId, stageKey);
      if (name !== undefined && seen.has(use)) shared.add(name);
      seen.add(use);
    }
  }
  return [...shared];
}
