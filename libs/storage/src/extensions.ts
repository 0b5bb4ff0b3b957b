import { AblateError } from '@ablate/errors';
import type { Levels } from '@ablate/design-space';
import { PATIENT, type Database, type Transaction } from './database.js';
import { insertRuns, insertStages } from './experiment-rows.js';
import { toJson } from './json.js';
import type { NewExperiment } from './new-experiment.js';
import { lockWants, wantAgain } from './wanted.js';

/** What another grid adds to an experiment, ready to be written. */
export interface NewExtension {
  readonly id: string;
  /** Number of grids that the decision was made on. */
  readonly grids: number;
  /** The grid as it was submitted. */
  readonly grid: unknown;
  /** Both grids in one description. */
  readonly spec: unknown;
  readonly priority: number;
  readonly maxParallel: number | null;
  readonly baselineCell: string | null;
  readonly notes: readonly string[];
  readonly savedTrainings: number;
  /** Cells that are there, with what they are called now and their place on new axes. */
  readonly renamed: readonly {
    readonly from: string;
    readonly id: string;
    readonly label: string;
    readonly levels: Levels;
  }[];
  readonly cells: NewExperiment['cells'];
  readonly runs: NewExperiment['runs'];
  /** More stages of runs that are there. */
  readonly grown: readonly { readonly run: string; readonly stages: readonly string[] }[];
  /** Stages that the experiment did not have, parents before children. */
  readonly stages: NewExperiment['stages'];
}

const changed = (id: string): AblateError =>
  new AblateError('CHANGED_MEANWHILE', `Experiment "${id}" changed while the extension was planned.`, {
    path: 'id',
    value: id,
    rule: 'An extension is planned on what is there.',
    fix: 'Look at the plan again, then extend it.',
  });

/** The keys among those of `stages` that count as reused: asked for by others before, or reused by this experiment already. */
async function reusedKeys(tx: Transaction, { id, stages }: NewExtension): Promise<ReadonlySet<string>> {
  const keys = stages.map(({ key }) => key);
  const rows = await tx.$queryRaw<{ key: string }[]>`
    SELECT key FROM stages WHERE key = ANY(${keys}) AND state NOT IN ('failed', 'cancelled')
    UNION SELECT rs.stage_key FROM run_stages rs JOIN runs r ON r.id = rs.run_id WHERE r.experiment_id = ${id} AND rs.reused`;
  return new Set(rows.map(({ key }) => key));
}

async function renameCells(tx: Transaction, { id, renamed }: NewExtension): Promise<void> {
  const rows = JSON.stringify(toJson(renamed));
  await tx.$executeRaw`
    UPDATE cells c SET cell_id = n.id, label = n.label, levels = n.levels
    FROM jsonb_to_recordset(${rows}::jsonb) AS n("from" text, id text, label text, levels jsonb)
    WHERE c.experiment_id = ${id} AND c.cell_id = n."from"`;
}

async function growRuns(
  tx: Transaction,
  { grown }: NewExtension,
  reused: ReadonlySet<string>,
): Promise<void> {
  const links = grown.flatMap(({ run, stages }) =>
    stages.map((stage, position) => ({ run, stage, position, reused: reused.has(stage) })),
  );
  await tx.$executeRaw`
    INSERT INTO run_stages (run_id, position, stage_key, reused)
    SELECT l.run, (SELECT max(position) + 1 FROM run_stages WHERE run_id = l.run) + l.position, l.stage, l.reused
    FROM jsonb_to_recordset(${JSON.stringify(toJson(links))}::jsonb) AS l(run text, position int, stage text, reused boolean)`;
}

/**
 * Writes an extension in one transaction. Stages that exist are shared, failed and cancelled ones among the added are offered again, and
 * an experiment that had ended goes on; a paused one stays paused. Throws CHANGED_MEANWHILE when it is not as it was planned on.
 */
export async function writeExtension(database: Database, extension: NewExtension): Promise<void> {
  const { id, grids, grid, spec, priority, maxParallel, baselineCell, notes, savedTrainings } = extension;
  await database.$transaction(async (tx) => {
    await lockWants(tx);
    const experiment = await tx.experiment.findUnique({
      where: { id },
      select: { state: true, _count: { select: { grids: true, cells: true, runs: true } } },
    });
    if (!experiment || experiment._count.grids !== grids || experiment.state === 'cancelled')
      throw changed(id);
    const keys = extension.stages.map(({ key }) => key);
    const reused = await reusedKeys(tx, extension);
    const state = experiment.state === 'paused' ? 'paused' : 'running';
    await tx.experiment.update({
      where: { id },
      data: {
        spec: toJson(spec),
        priority,
        maxParallel,
        baselineCell,
        notes: [...notes],
        savedTrainings,
        state,
        finishedAt: null,
      },
    });
    await insertStages(tx, extension);
    await wantAgain(tx, keys);
    await tx.$executeRaw`UPDATE stages SET priority = ${priority} WHERE key = ANY(${keys}) AND priority < ${priority}`;
    await renameCells(tx, extension);
    const { cells, runs } = experiment._count;
    await insertRuns(tx, extension, reused, { cells, runs });
    await growRuns(tx, extension, reused);
    await tx.grid.create({
      data: {
        experimentId: id,
        version: grids + 1,
        spec: toJson(grid),
        cells: extension.cells.length,
        runs: extension.runs.length,
        stages: keys.length,
      },
    });
  }, PATIENT);
}
