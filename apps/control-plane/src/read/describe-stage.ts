import type { RunState, StageState, StageView } from '@ablate/contracts';
import type { AblateErrorShape } from '@ablate/errors';
import type { Stage } from '@ablate/storage';
import type { Clock } from '../planning/estimate-time.js';

/** A stage's state as people see it: a waiting one is ready, waiting or blocked by its parents. */
export function stateOf(
  stage: Pick<Stage, 'state' | 'parents'>,
  byKey: ReadonlyMap<string, Pick<Stage, 'state'>>,
): StageState {
  if (stage.state !== 'waiting') return stage.state as StageState;
  const parents = stage.parents.map((key) => byKey.get(key)?.state);
  if (parents.some((state) => state === 'failed' || state === 'cancelled')) return 'blocked';
  return parents.every((state) => state === 'done') ? 'ready' : 'waiting';
}

/** A run is what its stages are. */
export function runStateOf(stages: readonly StageState[]): RunState {
  if (stages.every((state) => state === 'done')) return 'done';
  if (stages.some((state) => state === 'failed' || state === 'blocked')) return 'failed';
  if (stages.includes('cancelled')) return 'cancelled';
  return stages.some((state) => state !== 'waiting' && state !== 'ready') ? 'running' : 'waiting';
}

interface StageFacts {
  readonly uses: ReadonlyMap<string, number>;
  readonly attempts: ReadonlyMap<string, number>;
  readonly clock: Clock;
}

/** One stage; `byKey` holds it and its parents. */
export function describeStage(
  stage: Stage,
  byKey: ReadonlyMap<string, Pick<Stage, 'state'>>,
  { uses, attempts, clock }: StageFacts,
): StageView {
  return {
    key: stage.key,
    stage: stage.name,
    kind: stage.kind as StageView['kind'],
    state: stateOf(stage, byKey),
    step: stage.step,
    totalSteps: stage.totalSteps,
    attempts: attempts.get(stage.key) ?? 0,
    runs: uses.get(stage.key) ?? 0,
    parents: stage.parents,
    seconds: stage.seconds,
    estimatedSeconds: clock.seconds(stage),
    config: stage.config as StageView['config'],
    error: stage.error as AblateErrorShape | null,
    createdAt: stage.createdAt.toISOString(),
    finishedAt: stage.finishedAt?.toISOString() ?? null,
  };
}
