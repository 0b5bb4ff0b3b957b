import type { QueueView } from '@ablate/contracts';
import type { WaitingRow, Worker } from '@ablate/storage';
import type { Context } from '../context.js';
import { readFleet } from '../planning/read-fleet.js';

type State = QueueView['rows'][number]['state'];

export interface Situation {
  readonly workers: readonly Pick<Worker, 'pool' | 'slots'>[];
  /** Stages that run, by pool. */
  readonly busy: ReadonlyMap<string, number>;
  /** Stages that are ready or queued and come before this one in its pool. */
  readonly ahead: number;
  /** Experiments that already run as many stages as they may, with that number. */
  readonly full: ReadonlyMap<string, number>;
}

const stages = (n: number): string => (n === 1 ? '1 stage' : `${n} stages`);

export function waitState({
  state,
  parents,
  paused,
}: Pick<WaitingRow, 'state' | 'parents' | 'paused'>): State {
  if (state === 'queued') return 'queued';
  if (parents.some((parent) => parent.state === 'failed' || parent.state === 'cancelled')) return 'blocked';
  if (paused) return 'paused';
  return parents.length > 0 ? 'waiting' : 'ready';
}

/** Why a stage does not run, in one sentence. */
export function whyWaits(row: WaitingRow, { workers, busy, ahead, full }: Situation): string {
  const broken = row.parents.find(({ state }) => state === 'failed' || state === 'cancelled');
  if (broken)
    return `The stage before it, ${broken.name}, has ${broken.state === 'failed' ? 'failed' : 'been cancelled'}: retry the experiment.`;
  if (row.paused)
    return `${row.experiments.length === 1 ? `Its experiment ${row.experiments[0]!} is` : 'All experiments that want it are'} paused: resume ${row.experiments.length === 1 ? 'it' : 'one'} and it goes on.`;
  const [parent] = row.parents;
  if (parent)
    return `It starts from ${parent.name}, which ${parent.state === 'running' ? 'runs now' : parent.state === 'queued' ? 'is queued' : 'waits itself'}.`;
  const slots = workers.reduce((sum, { pool, slots: own }) => sum + (pool === row.pool ? own : 0), 0);
  if (slots === 0) return `No worker serves pool "${row.pool}": start one with \`npx ablate worker\`.`;
  const limits = row.experiments.map((id) => full.get(id));
  if (row.state === 'waiting' && limits.length > 0 && limits.every((limit) => limit !== undefined))
    return `Its experiment runs ${stages(limits[0]!)} at once already, which is its maxParallel.`;
  const running = busy.get(row.pool) ?? 0;
  if (ahead > 0)
    return `${running} of ${slots} slots are busy, and ${stages(ahead)} of equal or higher priority ${ahead === 1 ? 'comes' : 'come'} first.`;
  return running >= slots
    ? `All ${slots} slots are busy; it is next.`
    : 'A slot is free; it starts in a moment.';
}

/** What does not run yet, in the scheduler's order, and why. */
export async function describeQueue(context: Context, limit: number): Promise<QueueView> {
  const { total, rows } = await context.details.waiting(limit);
  const workers = await context.workers.list();
  const running = await context.attempts.leased();
  const pools = await context.stages.poolsOf(running.map(({ stageKey }) => stageKey));
  const busy = new Map<string, number>();
  for (const pool of pools) busy.set(pool, (busy.get(pool) ?? 0) + 1);
  const active = await context.stages.active();
  const full = new Map(
    (await context.experiments.running()).flatMap(({ id, maxParallel }) =>
      maxParallel !== null && (active.get(id) ?? 0) >= maxParallel ? [[id, maxParallel] as const] : [],
    ),
  );
  const { clock } = await readFleet(context);
  const ahead = new Map<string, number>();
  return {
    total,
    rows: rows.map((row) => {
      const state = waitState(row);
      const before = ahead.get(row.pool) ?? 0;
      if (state === 'ready' || state === 'queued') ahead.set(row.pool, before + 1);
      return {
        key: row.key,
        stage: row.name,
        state,
        experiment: row.experiments[0]!,
        priority: row.priority,
        since: row.createdAt.toISOString(),
        estimatedSeconds: clock.seconds(row),
        because: whyWaits(row, { workers, busy, ahead: before, full }),
      };
    }),
  };
}
