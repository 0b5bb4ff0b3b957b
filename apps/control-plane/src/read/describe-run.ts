import type { RunDetail, TelemetryView } from '@ablate/contracts';
import type { Context } from '../context.js';
import { readFleet } from '../planning/read-fleet.js';
import { describeRuns, findRun } from './describe-runs.js';
import { describeStage } from './describe-stage.js';
import { showAttempt } from './describe-workers.js';

const MOST_USERS = 21;
const MOST_POINTS = 300;

const groupBy = <T extends { readonly stageKey: string }>(rows: readonly T[]): ReadonlyMap<string, T[]> => {
  const groups = new Map<string, T[]>();
  for (const row of rows) groups.set(row.stageKey, [...(groups.get(row.stageKey) ?? []), row]);
  return groups;
};

/** One run with everything about its stages: who shares them, attempts, files, what was hashed. */
export async function describeRun(context: Context, id: string): Promise<RunDetail> {
  const run = await findRun(context, id);
  const keys = run.stages.map(({ stageKey }) => stageKey);
  const [view] = await describeRuns(context, [run]);
  const experiment = (await context.experiments.find(run.experimentId))!;
  const rows = new Map((await context.stages.find(keys)).map((stage) => [stage.key, stage]));
  const uses = await context.stages.uses(keys);
  const users = groupBy(await context.details.users(keys, MOST_USERS));
  const attempts = groupBy(await context.details.attempts(keys));
  const artifacts = groupBy(await context.details.artifacts(keys));
  const checkpoints = groupBy(await context.details.checkpoints(keys));
  const { clock } = await readFleet(context);
  const kin = await context.details.runStates(run.experimentId);
  return {
    ...view!,
    experimentName: experiment.name,
    baselineRun:
      kin.find(({ cellId, seed }) => cellId === experiment.baselineCell && seed === run.seed)?.id ?? null,
    siblings: kin
      .filter((other) => other.cellId === run.cellId && other.id !== id)
      .map((other) => ({ id: other.id, seed: other.seed })),
    stageList: run.stages.map(({ stageKey, reused }) => {
      const stage = rows.get(stageKey)!;
      const own = attempts.get(stageKey) ?? [];
      return {
        ...describeStage(stage, rows, { uses, attempts: new Map([[stageKey, own.length]]), clock }),
        reused,
        firstExperiment: stage.firstExperiment,
        sharedWith: (users.get(stageKey) ?? []).map((user) => user.run).filter((other) => other !== id),
        inputs: stage.inputs as RunDetail['stageList'][number]['inputs'],
        bitExact: stage.bitExact,
        peakMemoryBytes: stage.peakMemoryBytes,
        flops: stage.flops,
        attemptList: own.map(showAttempt),
        artifacts: (artifacts.get(stageKey) ?? []).map(({ name, sha256, bytes }) => ({
          name,
          sha256,
          bytes: Number(bytes),
        })),
        checkpoints: (checkpoints.get(stageKey) ?? []).map(({ attemptId, step, path, createdAt }) => ({
          attempt: attemptId,
          step,
          path,
          createdAt: createdAt.toISOString(),
        })),
      };
    }),
  };
}

/** Telemetry of a run's attempts as series. */
export async function readTelemetry(context: Context, id: string): Promise<TelemetryView> {
  const keys = (await findRun(context, id)).stages.map(({ stageKey }) => stageKey);
  const series = new Map<string, TelemetryView[number]>();
  for (const { stageKey, attemptId, step, values } of await context.details.telemetry(keys, MOST_POINTS)) {
    for (const [name, value] of Object.entries(values as Record<string, number>)) {
      if (!Number.isFinite(value)) continue;
      const key = `${attemptId} ${name}`;
      const own = series.get(key) ?? { stage: stageKey, attempt: attemptId, name, points: [] };
      own.points.push({ step, value });
      series.set(key, own);
    }
  }
  return [...series.values()];
}
