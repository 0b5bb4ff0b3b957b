import type { LogLine, MetricSeries, RunView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { RunRow, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { notFound } from '../not-found.js';
import { runStateOf, stateOf } from './describe-stage.js';
import { readLevels } from './read-levels.js';

/** Runs with their stages' states and the last value of every metric of all their stages. */
export async function describeRuns(
  { stages: repository, metrics }: Context,
  runs: readonly RunRow[],
): Promise<RunView[]> {
  const keys = [...new Set(runs.flatMap(({ stages }) => stages.map(({ stageKey }) => stageKey)))];
  const byKey = new Map<string, Stage>((await repository.find(keys)).map((stage) => [stage.key, stage]));
  const last = new Map<string, [string, number][]>();
  for (const { stage, name, value } of await metrics.last(keys)) {
    const prefix = name.includes('/') ? '' : `${byKey.get(stage)!.name}/`;
    last.set(stage, [...(last.get(stage) ?? []), [`${prefix}${name}`, value]]);
  }
  return runs.map((run) => {
    const links = run.stages.map(({ stageKey, reused }) => ({
      key: stageKey,
      stage: byKey.get(stageKey)!.name,
      state: stateOf(byKey.get(stageKey)!, byKey),
      reused,
    }));
    const failed = links
      .map(({ key }) => byKey.get(key)!)
      .find(({ error, state }) => state === 'failed' && error !== null);
    return {
      id: run.id,
      experiment: run.experimentId,
      cell: run.cellId,
      label: run.cell.label,
      levels: readLevels(run.cell.levels) as RunView['levels'],
      seed: run.seed,
      state: runStateOf(links.map(({ state }) => state)),
      stages: links,
      metrics: Object.fromEntries(links.flatMap(({ key }) => last.get(key) ?? [])),
      error: (failed?.error as AblateErrorShape | undefined) ?? null,
    };
  });
}

export async function findRun({ experiments }: Context, id: string): Promise<RunRow> {
  const run = await experiments.run(id);
  if (!run) throw notFound('run', id, 'List them with `ablate runs EXPERIMENT`.');
  return run;
}

const keysOf = ({ stages }: RunRow): string[] => stages.map(({ stageKey }) => stageKey);

/** Log lines of all stages of a run, attempt by attempt. */
export async function readLogs(context: Context, id: string, limit: number): Promise<LogLine[]> {
  const keys = keysOf(await findRun(context, id));
  const names = new Map((await context.stages.find(keys)).map(({ key, name }) => [key, name]));
  const lines = await context.metrics.logs(keys, limit);
  return lines.map(({ attemptId, sequence, stream, text, attempt }) => ({
    attempt: attemptId,
    stage: names.get(attempt.stageKey)!,
    sequence,
    stream,
    text,
  }));
}

/** Metric series of a stage, or of all stages of a run. */
export async function readMetrics(
  context: Context,
  query: { stage?: string | undefined; run?: string | undefined; name?: string | undefined },
): Promise<MetricSeries[]> {
  const keys =
    query.run === undefined
      ? query.stage === undefined
        ? []
        : [query.stage]
      : keysOf(await findRun(context, query.run));
  return (await context.metrics.series(keys, query.name)).map(({ stage, name, points }) => ({
    stage,
    name,
    points: [...points],
  }));
}
