import type { AblateErrorShape } from '@ablate/errors';
import type { Database } from './database.js';
import { Prisma, type Stage } from './generated/client.js';
import { errorColumn } from './json.js';
import { isWanted, lockWants, takeBackQueued, wantAgain } from './wanted.js';

/** A stage that may run now, with the running experiments that want it. */
export interface ReadyStage {
  readonly key: string;
  readonly name: string;
  readonly priority: number;
  readonly pool: string;
  /** As hashed into its key; null in rows that do not say. */
  readonly numericsClass: string | null;
  readonly trainerVersion: number | null;
  readonly experiments: readonly string[];
}

/** Observed speed of finished stages. */
export interface Throughput {
  readonly kind: string;
  readonly flopsPerSecond: number;
  readonly stages: number;
}

/** Stages: one row a key, shared by every run that needs it. */
export class StageRepository {
  constructor(private readonly database: Database) {}

  find(keys: readonly string[]): Promise<Stage[]> {
    return this.database.stage.findMany({ where: { key: { in: [...keys] } } });
  }

  /** States of those that exist, by key. */
  async states(keys: readonly string[]): Promise<ReadonlyMap<string, string>> {
    const rows = await this.database.$queryRaw<{ key: string; state: string }[]>`
      SELECT key, state FROM stages WHERE key = ANY(${[...keys]})`;
    return new Map(rows.map(({ key, state }) => [key, state]));
  }

  /** By key or the beginning of it; null when none or several fit. */
  async byPrefix(prefix: string): Promise<Stage | null> {
    // Prisma hands % and _ to LIKE as they are.
    const startsWith = prefix.replace(/[\\%_]/g, '\\$&');
    const found = await this.database.stage.findMany({ where: { key: { startsWith } }, take: 2 });
    return found.length === 1 ? found[0]! : null;
  }

  /** Waiting stages whose parents are all done and that a running experiment wants: by priority, then age. */
  ready(): Promise<ReadyStage[]> {
    return this.database.$queryRaw<ReadyStage[]>`
      SELECT s.key, s.name, s.priority, s.pool, s.inputs->>'numericsClass' AS "numericsClass",
        (s.inputs->>'trainerVersion')::int AS "trainerVersion", array_agg(DISTINCT e.id) AS experiments
      FROM stages s
      JOIN run_stages rs ON rs.stage_key = s.key
      JOIN runs r ON r.id = rs.run_id
      JOIN experiments e ON e.id = r.experiment_id AND e.state = 'running'
      WHERE s.state = 'waiting'
        AND NOT EXISTS (SELECT 1 FROM stages p WHERE p.key = ANY(s.parents) AND p.state <> 'done')
      GROUP BY s.key
      ORDER BY s.priority DESC, s.created_at, s.key`;
  }

  /** Stages of each running experiment that are queued or running. */
  async active(): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.$queryRaw<{ id: string; count: bigint }[]>`
      SELECT r.experiment_id AS id, count(DISTINCT s.key) AS count
      FROM stages s JOIN run_stages rs ON rs.stage_key = s.key JOIN runs r ON r.id = rs.run_id
      WHERE s.state IN ('queued', 'running') GROUP BY r.experiment_id`;
    return new Map(rows.map(({ id, count }) => [id, Number(count)]));
  }

  /** FLOPs a second by kind over the last 50 finished stages of each. */
  throughput(): Promise<Throughput[]> {
    return this.database.$queryRaw<Throughput[]>`
      SELECT kind, sum(flops) / sum(seconds) AS "flopsPerSecond", count(*)::int AS stages
      FROM (SELECT kind, flops, seconds, row_number() OVER (PARTITION BY kind ORDER BY finished_at DESC) AS place
            FROM stages WHERE state = 'done' AND seconds > 0) recent
      WHERE place <= 50 GROUP BY kind ORDER BY kind`;
  }

  /** Runs that use each stage, over all experiments. */
  async uses(keys: readonly string[]): Promise<ReadonlyMap<string, number>> {
    const rows = await this.database.runStage.groupBy({
      by: ['stageKey'],
      where: { stageKey: { in: [...keys] } },
      _count: true,
    });
    return new Map(rows.map(({ stageKey, _count }) => [stageKey, _count]));
  }

  /** The stage of a name in each run of an experiment. */
  named(experiment: string, name: string): Promise<{ run: string; key: string }[]> {
    return this.database.$queryRaw`
      SELECT r.id AS run, s.key FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE r.experiment_id = ${experiment} AND s.name = ${name}`;
  }

  /** Evaluations of an experiment, in the order of their benchmarks' names in the grid. */
  evaluations(experiment: string): Promise<{ key: string; name: string; state: string }[]> {
    return this.database.$queryRaw`
      SELECT s.key, s.name, s.state FROM runs r JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
      WHERE r.experiment_id = ${experiment} AND s.kind = 'evaluate' GROUP BY s.key ORDER BY min(r.position), min(rs.position)`;
  }

  /** The pool of each of some stages. */
  async poolsOf(keys: readonly string[]): Promise<string[]> {
    const rows = await this.database.stage.findMany({
      where: { key: { in: [...keys] } },
      select: { pool: true },
    });
    return rows.map(({ pool }) => pool);
  }

  countByState(): Promise<{ state: string; count: number }[]> {
    return this.database
      .$queryRaw`SELECT state, count(*)::int AS count FROM stages GROUP BY state ORDER BY state`;
  }

  /** Stages of one name, newest first, for finding the nearest one. */
  ofName(name: string, limit: number): Promise<Stage[]> {
    return this.database.stage.findMany({ where: { name }, orderBy: { createdAt: 'desc' }, take: limit });
  }

  /**
   * Cancels what no experiment that is not over wants any more: waiting and queued stages at once, running ones are asked to stop. What
   * only paused ones want waits.
   */
  async cancelUnwanted(keys: readonly string[]): Promise<void> {
    const given = [...keys];
    await this.database.$transaction(async (tx) => {
      await lockWants(tx);
      const unwanted = Prisma.sql`(SELECT s.key FROM stages s WHERE s.key = ANY(${given}) AND NOT ${isWanted})`;
      // Queued ones first: an attempt that is leased in between is then asked to stop.
      await tx.$executeRaw`UPDATE attempts SET state = 'cancelled', finished_at = now() WHERE state = 'queued' AND stage_key IN ${unwanted}`;
      await tx.$executeRaw`UPDATE attempts SET cancel_requested = true WHERE state = 'leased' AND stage_key IN ${unwanted}`;
      await tx.$executeRaw`UPDATE stages SET state = 'cancelled' WHERE state IN ('waiting', 'queued') AND key IN ${unwanted}`;
      await takeBackQueued(tx, given);
    });
  }

  /** Fails a waiting stage that no worker may run. */
  async refuse(key: string, error: AblateErrorShape): Promise<void> {
    await this.database.stage.updateMany({
      where: { key, state: 'waiting' },
      data: { state: 'failed', error: errorColumn(error) },
    });
  }

  /** Offers failed and cancelled stages again, and takes back requests to stop. Returns how many wait again. */
  offerAgain(keys: readonly string[]): Promise<number> {
    return this.database.$transaction(async (tx) => {
      await lockWants(tx);
      return wantAgain(tx, keys);
    });
  }
}
