import type { ExperimentDetail, ExperimentView } from '@ablate/contracts';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { readFleet } from '../planning/read-fleet.js';
import { describeStage } from './describe-stage.js';
import { summariseExperiments } from './summarise-experiments.js';

/** Experiments, newest first. */
export async function listExperiments(
  context: Context,
  {
    project,
    tag,
    limit,
  }: { readonly project?: string | undefined; readonly tag?: string | undefined; readonly limit: number },
): Promise<ExperimentView[]> {
  return summariseExperiments(
    context,
    await context.experiments.list(project, limit, (tag ?? '').split(',').filter(Boolean)),
  );
}

/** One experiment with its stages. */
export async function describeExperiment(
  context: Context,
  experiment: Experiment,
): Promise<ExperimentDetail> {
  const [shown] = await summariseExperiments(context, [experiment]);
  const { clock } = await readFleet(context);
  const stages = await context.experiments.stages(experiment.id);
  const byKey = new Map(stages.map((stage) => [stage.key, stage]));
  const uses = await context.stages.uses([...byKey.keys()]);
  const attempts = await context.attempts.counts([...byKey.keys()]);
  return {
    ...shown!,
    spec: experiment.spec as ExperimentDetail['spec'],
    stageList: stages.map((stage) => describeStage(stage, byKey, { uses, attempts, clock })),
  };
}
