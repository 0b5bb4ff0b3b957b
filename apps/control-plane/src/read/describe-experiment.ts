import type { ExperimentDetail, ExperimentState, ExperimentView, StageState } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { Experiment, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { wallSeconds, type Clock } from '../planning/estimate-time.js';
import { readFleet, type Fleet } from '../planning/read-fleet.js';
import { describeStage, runStateOf, stateOf } from './describe-stage.js';

type OwnStage = Stage & { readonly reused: boolean };

interface Viewed {
  readonly view: ExperimentView;
  readonly stages: readonly OwnStage[];
  readonly byKey: ReadonlyMap<string, OwnStage>;
}

const remaining = (stage: Stage, clock: Clock): number => {
  if (stage.state === 'done') return 0;
  const share = stage.step !== null && stage.totalSteps ? stage.step / stage.totalSteps : 0;
  return clock.seconds(stage) * (1 - share);
};

/** Progress by estimated work, and the time that the rest takes on the slots of its pool. */
function progressOf(
  stages: readonly Stage[],
  { clock, slotsOf }: Fleet,
): Pick<ExperimentView, 'progress' | 'etaSeconds'> {
  const left = stages.map((stage) => ({ ...stage, seconds: remaining(stage, clock) }));
  const work = stages.reduce((total, stage) => total + clock.seconds(stage), 0);
  const undone = left.reduce((total, { seconds }) => total + seconds, 0);
  return {
    progress: work === 0 ? 1 : Math.min(1, Math.max(0, 1 - undone / work)),
    etaSeconds: wallSeconds(
      left.filter(({ seconds }) => seconds > 0),
      slotsOf(stages[0]?.pool ?? 'default'),
    ),
  };
}

const count = <T>(values: readonly T[], ...wanted: readonly T[]): number =>
  values.filter((value) => wanted.includes(value)).length;

async function view({ experiments }: Context, experiment: Experiment, fleet: Fleet): Promise<Viewed> {
  const { id, projectName, name, priority, savedTrainings, createdAt, finishedAt } = experiment;
  const stages = await experiments.stages(id);
  const runs = await experiments.runs(id);
  const byKey = new Map(stages.map((stage) => [stage.key, stage]));
  const states = new Map<string, StageState>(stages.map((stage) => [stage.key, stateOf(stage, byKey)]));
  const runStates = runs.map((run) => runStateOf(run.stages.map(({ stageKey }) => states.get(stageKey)!)));
  const all = [...states.values()];
  const state = experiment.state as ExperimentState;
  const { progress, etaSeconds } = progressOf(stages, fleet);
  const failed = stages.find((stage) => stage.state === 'failed' && stage.error !== null);
  return {
    stages,
    byKey,
    view: {
      id,
      project: projectName,
      name,
      state,
      priority,
      savedTrainings,
      cells: new Set(runs.map(({ cellId }) => cellId)).size,
      runs: { total: runs.length, done: count(runStates, 'done'), failed: count(runStates, 'failed') },
      stages: {
        total: stages.length,
        done: count(all, 'done'),
        running: count(all, 'running'),
        failed: count(all, 'failed', 'blocked'),
        reused: count(
          stages.map(({ reused }) => reused),
          true,
        ),
      },
      progress,
      etaSeconds: state === 'running' ? etaSeconds : null,
      error: (failed?.error as AblateErrorShape | undefined) ?? null,
      createdAt: createdAt.toISOString(),
      finishedAt: finishedAt?.toISOString() ?? null,
    },
  };
}

/** Experiments at a glance: progress by estimated work, ETA of the whole grid on the slots there are. */
export async function listExperiments(
  context: Context,
  { project, limit }: { readonly project?: string | undefined; readonly limit: number },
): Promise<ExperimentView[]> {
  const fleet = await readFleet(context);
  const rows = await context.experiments.list(project, limit);
  return Promise.all(rows.map(async (row) => (await view(context, row, fleet)).view));
}

/** One experiment with its stages. */
export async function describeExperiment(
  context: Context,
  experiment: Experiment,
): Promise<ExperimentDetail> {
  const fleet = await readFleet(context);
  const { view: shown, stages, byKey } = await view(context, experiment, fleet);
  const uses = await context.stages.uses([...byKey.keys()]);
  const attempts = await context.attempts.counts([...byKey.keys()]);
  return {
    ...shown,
    spec: experiment.spec as ExperimentDetail['spec'],
    stageList: stages.map((stage) => describeStage(stage, byKey, { uses, attempts, clock: fleet.clock })),
  };
}
