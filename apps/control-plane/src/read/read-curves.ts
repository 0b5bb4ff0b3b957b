import { tQuantile } from '@ablate/analysis';
import type { CurvesView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { GridSpec } from '@ablate/design-space';
import type { Experiment, Member } from '@ablate/storage';
import type { Context } from '../context.js';
import { nameAxes } from './name-axes.js';

/** Points of a curve: more than a screen's worth says nothing more. */
const MOST_POINTS = 160;

interface Group {
  readonly name: string;
  runs: number;
  readonly stages: Set<string>;
}

export interface CurvesQuery {
  readonly metric: string;
  readonly by: string;
  readonly limit: number;
}

/** Learning curves of an experiment's groups: mean over the group's distinct stages, 95 % interval where there are two or more. */
export const readCurves = (
  context: Context,
  experiment: Experiment,
  query: CurvesQuery,
): Promise<CurvesView> =>
  context.answers.of(experiment, ['curves', query], () => curvesNow(context, experiment, query));

async function curvesNow(
  context: Context,
  experiment: Experiment,
  { metric, by, limit }: CurvesQuery,
): Promise<CurvesView> {
  const slash = metric.indexOf('/');
  const [stageName, series] = [metric.slice(0, slash), metric.slice(slash + 1)];
  const groups = await groupsOf(context, experiment, stageName, by);
  const shown = [...groups.values()].slice(0, limit);
  const members: Member[] = shown.flatMap(({ name, stages }) =>
    [...stages].map((stageKey) => ({ group: name, stageKey })),
  );
  const points = new Map<string, CurvesView['groups'][number]['points']>();
  for (const { group, step, n, mean, sd } of await context.curves.means(members, series, MOST_POINTS)) {
    const half = sd === null || n < 2 ? null : (tQuantile(0.975, n - 1) * sd) / Math.sqrt(n);
    const own = points.get(group) ?? [];
    own.push({
      step,
      n,
      mean,
      low: half === null ? null : mean - half,
      high: half === null ? null : mean + half,
    });
    points.set(group, own);
  }
  const shared = shown.some(({ runs, stages }) => stages.size < runs);
  return {
    metric,
    by,
    groups: shown.map(({ name, runs, stages }) => ({
      name,
      runs,
      series: stages.size,
      points: points.get(name) ?? [],
    })),
    omitted: groups.size - shown.length,
    thinned: [...points.values()].some((own) => own.length >= MOST_POINTS / 2),
    note: shared
      ? `Runs that share a ${stageName} stage have one curve in common; it is counted once.`
      : null,
  };
}

async function groupsOf(
  context: Context,
  experiment: Experiment,
  stageName: string,
  by: string,
): Promise<ReadonlyMap<string, Group>> {
  const runs = await context.experiments.runs(experiment.id);
  const cells = new Map(runs.map(({ cellId, cell }) => [cellId, { cellId, levels: cell.levels }]));
  const { axes, labelsOf } = nameAxes(experiment.spec as unknown as GridSpec, [...cells.values()]);
  if (by !== 'cell' && by !== 'run' && !axes.some(({ name }) => name === by))
    throw new AblateError('BAD_QUERY', `There is no axis "${by}" in this experiment.`, {
      path: 'by',
      value: by,
      rule: `cell, run, or one of ${axes.map(({ name }) => name).join(', ')}.`,
      fix: 'Name one of these.',
    });
  const named = new Map(
    (await context.stages.named(experiment.id, stageName)).map(({ run, key }) => [run, key]),
  );
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const stage = named.get(run.id);
    if (stage === undefined) continue;
    const name =
      by === 'run'
        ? `${run.cell.label}, seed ${run.seed}`
        : by === 'cell'
          ? run.cell.label
          : (labelsOf(run.cellId)[by] ?? '-');
    const group = groups.get(name) ?? { name, runs: 0, stages: new Set<string>() };
    group.runs += 1;
    group.stages.add(stage);
    groups.set(name, group);
  }
  return groups;
}
