import type { ExperimentDetail, ExperimentState, ExperimentView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import { coreCount } from '@ablate/runtime';
import type { Experiment, Stage } from '@ablate/storage';
import type { Context } from '../context.js';
import { clockOf, wallSeconds, type Clock } from '../planning/estimate-time.js';
import { describeStage, runStateOf, stateOf } from './describe-stage.js';

const remaining = (stage: Stage, clock: Clock): number => {
  if (stage.state === 'done') return 0;
  const share = stage.step !== null && stage.totalSteps ? stage.step / stage.totalSteps : 0;
  return clock.seconds(stage) * (1 - share);
};

/** One experiment with its stages: progress by estimated work, ETA of the whole grid on the slots there are. */
export async function describeExperiment(
  context: Context,
  experiment: Experiment,
): Promise<ExperimentDetail> {
  const { experiments, stages: repository, workers, attempts } = context;
  const stages = await experiments.stages(experiment.id);
  const runs = await experiments.runs(experiment.id);
  const byKey = new Map<string, Stage>(stages.map((stage) => [stage.key, stage]));
  const clock = clockOf(await repository.throughput());
  const uses = await repository.uses([...byKey.keys()]);
  const counts = await attempts.counts([...byKey.keys()]);
  const slots = (await workers.list()).reduce((total, worker) => total + worker.slots, 0) || coreCount();
  const states = new Map(stages.map((stage) => [stage.key, stateOf(stage, byKey)]));
  const runStates = runs.map(({ stages: links }) =>
    runStateOf(links.map(({ stageKey }) => states.get(stageKey)!)),
  );
  const left = stages.map((stage) => ({
    key: stage.key,
    parents: stage.parents,
    seconds: remaining(stage, clock),
  }));
  const work = stages.reduce((total, stage) => total + clock.seconds(stage), 0);
  const undone = left.reduce((total, { seconds }) => total + seconds, 0);
  const inState = (...wanted: string[]): number =>
    stages.filter(({ key }) => wanted.includes(states.get(key)!)).length;
  const firstError = stages.find(({ state, error }) => state === 'failed' && error !== null)?.error as
    AblateErrorShape | undefined;
  return {
    ...baseView(experiment),
    cells: new Set(runs.map(({ cellId }) => cellId)).size,
    runs: {
      total: runs.length,
      done: runStates.filter((state) => state === 'done').length,
      failed: runStates.filter((state) => state === 'failed').length,
    },
    stages: {
      total: stages.length,
      done: inState('done'),
      running: inState('running'),
      failed: inState('failed', 'blocked'),
      reused: stages.filter(({ reused }) => reused).length,
    },
    progress: work === 0 ? 1 : Math.min(1, Math.max(0, 1 - undone / work)),
    etaSeconds:
      experiment.state === 'running'
        ? wallSeconds(
            left.filter(({ seconds }) => seconds > 0),
            slots,
          )
        : null,
    error: firstError ?? null,
    spec: experiment.spec as ExperimentDetail['spec'],
    stageList: stages.map((stage) => describeStage(stage, byKey, uses, counts.get(stage.key) ?? 0, clock)),
  };
}

const baseView = (
  experiment: Experiment,
): Pick<
  ExperimentView,
  'id' | 'project' | 'name' | 'state' | 'priority' | 'savedTrainings' | 'createdAt' | 'finishedAt'
> => ({
  id: experiment.id,
  project: experiment.projectName,
  name: experiment.name,
  state: experiment.state as ExperimentState,
  priority: experiment.priority,
  savedTrainings: experiment.savedTrainings,
  createdAt: experiment.createdAt.toISOString(),
  finishedAt: experiment.finishedAt?.toISOString() ?? null,
});

/** What an experiment's state should be, from its runs: done, failed when nothing can go on, else as it is. */
export async function settledState(context: Context, experiment: Experiment): Promise<ExperimentState> {
  const stages = await context.experiments.stages(experiment.id);
  const byKey = new Map<string, Stage>(stages.map((stage) => [stage.key, stage]));
  const states = stages.map((stage) => stateOf(stage, byKey));
  if (states.every((state) => state === 'done')) return 'done';
  const over = states.every(
    (state) => state === 'done' || state === 'failed' || state === 'blocked' || state === 'cancelled',
  );
  return over ? (states.includes('failed') ? 'failed' : 'cancelled') : 'running';
}
