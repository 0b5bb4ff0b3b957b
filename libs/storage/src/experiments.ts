import { PATIENT, type Database } from './database.js';
import { Prisma, type Experiment, type Grid, type Run, type Stage } from './generated/client.js';
import { insertRuns, insertStages } from './experiment-rows.js';
import { writeExtension, type NewExtension } from './extensions.js';
import { writeImported, type ImportedExperiment } from './imported.js';
import { toJson } from './json.js';
import type { NewExperiment } from './new-experiment.js';
import { changeTags } from './tags.js';
import { lockWants, takeBackQueued, wantAgain } from './wanted.js';

export type RunRow = Run & {
  readonly cell: { readonly label: string; readonly levels: Prisma.JsonValue };
} & {
  readonly stages: readonly {
    readonly stageKey: string;
    readonly reused: boolean;
    readonly position: number;
  }[];
};

/** Experiments with their cells and runs, and the links from runs to stages. */
export class ExperimentRepository {
  constructor(private readonly database: Database) {}

  /**
   * Writes an experiment in one transaction. Stages that exist are shared; failed and cancelled ones are offered again.
   * Two submissions of the same stage coalesce on its key.
   */
  async submit(experiment: NewExperiment): Promise<void> {
    await this.database.$transaction(async (tx) => {
      await lockWants(tx);
      await tx.project.upsert({
        where: { name: experiment.project },
        create: { name: experiment.project },
        update: {},
      });
      const { id, name, spec, priority, maxParallel, baselineCell, savedTrainings, notes } = experiment;
      await tx.experiment.create({
        data: {
          id,
          projectName: experiment.project,
          name,
          spec: toJson(spec),
          tags: [...new Set(experiment.tags ?? [])].sort(),
          priority,
          maxParallel,
          baselineCell,
          savedTrainings,
          notes: [...notes],
        },
      });
      const keys = experiment.stages.map(({ key }) => key);
      const known = await tx.$queryRaw<{ key: string }[]>`
          SELECT key FROM stages WHERE key = ANY(${keys}) AND state NOT IN ('failed', 'cancelled')`;
      await insertStages(tx, experiment);
      await wantAgain(tx, keys);
      await tx.$executeRaw`UPDATE stages SET priority = ${priority} WHERE key = ANY(${keys}) AND priority < ${priority}`;
      await insertRuns(tx, experiment, new Set(known.map(({ key }) => key)));
      const { cells, runs, stages } = experiment;
      const counts = { cells: cells.length, runs: runs.length, stages: stages.length };
      await tx.grid.create({ data: { experimentId: id, version: 1, spec: toJson(spec), ...counts } });
    }, PATIENT);
  }

  /** Adds the cells, runs and stages of another grid. */
  extend(extension: NewExtension): Promise<void> {
    return writeExtension(this.database, extension);
  }

  /** Every grid that was submitted to it, oldest first. */
  grids(id: string): Promise<Grid[]> {
    return this.database.grid.findMany({ where: { experimentId: id }, orderBy: { version: 'asc' } });
  }

  /** Writes a published table as an experiment that is done. */
  import(experiment: ImportedExperiment): Promise<void> {
    return writeImported(this.database, experiment);
  }

  /** Puts tags on an experiment and takes others off. */
  tag(id: string, change: Parameters<typeof changeTags>[2]): Promise<void> {
    return changeTags(this.database, id, change);
  }

  /** Newest first; with tags those that have all of them. */
  list(project: string | undefined, limit: number, tags: readonly string[] = []): Promise<Experiment[]> {
    return this.database.experiment.findMany({
      where: {
        ...(project === undefined ? {} : { projectName: project }),
        ...(tags.length === 0 ? {} : { tags: { hasEvery: [...tags] } }),
      },
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      take: limit,
    });
  }

  running(): Promise<Experiment[]> {
    return this.database.experiment.findMany({ where: { state: 'running' }, orderBy: { createdAt: 'asc' } });
  }

  /** By id, or by name (the newest of that name). */
  async find(idOrName: string): Promise<Experiment | null> {
    return (
      (await this.database.experiment.findUnique({ where: { id: idOrName } })) ??
      (await this.database.experiment.findFirst({
        where: { name: idOrName },
        orderBy: { createdAt: 'desc' },
      }))
    );
  }

  /**
   * Moves an experiment to another state if it is still in the one that the decision was made on; returns whether it did. What a pause
   * leaves without a running experiment is taken out of the queue.
   */
  async move(id: string, from: string, to: string): Promise<boolean> {
    return this.database.$transaction(async (tx) => {
      await lockWants(tx);
      const finishedAt = to === 'running' || to === 'paused' ? null : new Date();
      const moved = await tx.experiment.updateMany({
        where: { id, state: from },
        data: { state: to, finishedAt },
      });
      if (moved.count === 0) return false;
      if (to === 'paused') {
        const links = await tx.runStage.findMany({
          where: { run: { experimentId: id } },
          select: { stageKey: true },
          distinct: ['stageKey'],
        });
        await takeBackQueued(
          tx,
          links.map(({ stageKey }) => stageKey),
        );
      }
      return true;
    }, PATIENT);
  }

  /**
   * Ends running and paused experiments in which nothing can go on: done when every stage is, failed when one has failed, else cancelled. A stage
   * that waits behind a failed or cancelled one cannot go on. Returns those that ended.
   */
  settle(): Promise<{ id: string; state: string }[]> {
    return this.database.$queryRaw`
      WITH members AS (
        SELECT DISTINCT r.experiment_id, s.key, s.state, s.state = 'waiting' AND EXISTS (
          SELECT 1 FROM stages p WHERE p.key = ANY(s.parents) AND p.state IN ('failed', 'cancelled')) AS blocked
        FROM experiments e JOIN runs r ON r.experiment_id = e.id JOIN run_stages rs ON rs.run_id = r.id JOIN stages s ON s.key = rs.stage_key
        WHERE e.state IN ('running', 'paused') AND NOT EXISTS (
          SELECT 1 FROM stages busy JOIN run_stages brs ON brs.stage_key = busy.key JOIN runs br ON br.id = brs.run_id
          WHERE busy.state IN ('queued', 'running') AND br.experiment_id = e.id)
      ), ended AS (
        SELECT experiment_id, CASE WHEN bool_and(state = 'done') THEN 'done' WHEN bool_or(state = 'failed') THEN 'failed' ELSE 'cancelled' END AS state
        FROM members GROUP BY experiment_id
        HAVING NOT bool_or(state = 'waiting' AND NOT blocked)
      )
      UPDATE experiments e SET state = ended.state, finished_at = now() FROM ended
      WHERE e.id = ended.experiment_id AND e.state IN ('running', 'paused') RETURNING e.id, e.state`;
  }

  cells(id: string): Promise<{ cellId: string; label: string; levels: Prisma.JsonValue }[]> {
    return this.database.cell.findMany({
      where: { experimentId: id },
      orderBy: { position: 'asc' },
      select: { cellId: true, label: true, levels: true },
    });
  }

  runs(id: string): Promise<RunRow[]> {
    return this.database.run.findMany({
      where: { experimentId: id },
      orderBy: { position: 'asc' },
      include: RUN_PARTS,
    });
  }

  run(id: string): Promise<RunRow | null> {
    return this.database.run.findUnique({ where: { id }, include: RUN_PARTS });
  }

  /** Stages that an experiment's runs use, in the order of first use. */
  async stages(id: string): Promise<(Stage & { reused: boolean })[]> {
    const links = await this.database.runStage.findMany({
      where: { run: { experimentId: id } },
      orderBy: [{ run: { position: 'asc' } }, { position: 'asc' }],
      select: { stageKey: true, reused: true },
    });
    const reused = new Map(links.map((link) => [link.stageKey, link.reused]));
    const rows = await this.database.stage.findMany({ where: { key: { in: [...reused.keys()] } } });
    const byKey = new Map(rows.map((row) => [row.key, row]));
    return [...reused].map(([key, wasReused]) => ({ ...byKey.get(key)!, reused: wasReused }));
  }

  projects(): Promise<{ name: string; _count: { experiments: number } }[]> {
    return this.database.project.findMany({
      orderBy: { name: 'asc' },
      select: { name: true, _count: { select: { experiments: true } } },
    });
  }
}

const RUN_PARTS = {
  cell: { select: { label: true, levels: true } },
  stages: { orderBy: { position: 'asc' as const }, select: { stageKey: true, reused: true, position: true } },
};
