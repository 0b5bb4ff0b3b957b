import type { Database, Transaction } from './database.js';
import { insertRuns } from './experiment-rows.js';
import { toJson } from './json.js';

/** A published table, ready to be written: finished the moment it is there. */
export interface ImportedExperiment {
  readonly id: string;
  readonly project: string;
  readonly name: string;
  /** Reads like a grid's spec as far as axes, levels and benchmarks go. */
  readonly spec: unknown;
  readonly baselineCell: string | null;
  readonly notes: readonly string[];
  readonly cells: readonly {
    readonly id: string;
    readonly label: string;
    readonly levels: Readonly<Record<string, string>>;
  }[];
  readonly runs: readonly {
    readonly id: string;
    readonly cell: string;
    readonly seed: number;
    readonly figures: readonly ImportedFigure[];
  }[];
}
export interface ImportedFigure {
  /** Key of the stage that stands for its evaluation; of no stage that anything here would run. */
  readonly key: string;
  readonly name: string;
  readonly metric: string;
  readonly value: number;
  readonly config: unknown;
  /** Where it was printed. */
  readonly inputs: unknown;
}

/** Stages that are done, each with one metric of one point. */
async function insertFigures(
  tx: Transaction,
  experiment: string,
  figures: readonly ImportedFigure[],
): Promise<void> {
  const rows = JSON.stringify(toJson(figures));
  await tx.$executeRaw`
    INSERT INTO stages (key, kind, name, config, inputs, parents, flops, peak_memory_bytes, state, finished_at, first_experiment)
    SELECT f.key, 'evaluate', f.name, f.config, f.inputs, '{}', 0, 0, 'done', now(), ${experiment}
    FROM jsonb_to_recordset(${rows}::jsonb) AS f(key text, name text, config jsonb, inputs jsonb)`;
  await tx.$executeRaw`
    WITH figures AS (SELECT * FROM jsonb_to_recordset(${rows}::jsonb) AS f(key text, metric text, value float8)),
      series AS (INSERT INTO metric_series (stage_key, name) SELECT key, metric FROM figures RETURNING id, stage_key)
    INSERT INTO metric_points (series_id, step, value)
    SELECT series.id, 0, figures.value FROM series JOIN figures ON figures.key = series.stage_key`;
}

/** Writes an imported experiment in one transaction: all of it or nothing. Nothing of it can ever be scheduled, since no stage waits. */
export async function writeImported(database: Database, experiment: ImportedExperiment): Promise<void> {
  const { id, project, name, spec, baselineCell, notes, cells, runs } = experiment;
  await database.$transaction(
    async (tx) => {
      await tx.project.upsert({ where: { name: project }, create: { name: project }, update: {} });
      await tx.experiment.create({
        data: {
          id,
          projectName: project,
          name,
          kind: 'imported',
          spec: toJson(spec),
          state: 'done',
          finishedAt: new Date(),
          baselineCell,
          notes: [...notes],
        },
      });
      await insertFigures(
        tx,
        id,
        runs.flatMap(({ figures }) => figures),
      );
      const linked = runs.map(({ figures, ...run }) => ({ ...run, stages: figures.map(({ key }) => key) }));
      await insertRuns(tx, { id, cells, runs: linked }, new Set());
    },
    { timeout: 60_000 },
  );
}
