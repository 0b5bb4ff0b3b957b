import type { Transaction } from './database.js';
import type { NewExperiment } from './new-experiment.js';
import { toJson } from './json.js';

/** Rows as one JSON parameter, whatever their number: a grid of thousands of runs takes a few statements and no time in the client. */
const rowsOf = (rows: readonly unknown[]): string => JSON.stringify(toJson(rows));

/** Inserts the stages that are not there yet. */
export async function insertStages(
  tx: Transaction,
  { id, priority, stages }: Pick<NewExperiment, 'id' | 'priority' | 'stages'>,
): Promise<void> {
  const rows = rowsOf(stages.map((stage) => ({ ...stage, peak_memory_bytes: stage.peakMemoryBytes })));
  await tx.$executeRaw`
    INSERT INTO stages (key, kind, name, config, inputs, parents, pool, flops, peak_memory_bytes, priority, first_experiment)
    SELECT s.*, ${priority}::int, ${id}
    FROM jsonb_to_recordset(${rows}::jsonb) AS s(key text, kind text, name text, config jsonb, inputs jsonb, parents text[], pool text,
      flops float8, peak_memory_bytes float8)
    ON CONFLICT (key) DO NOTHING`;
}

/** Inserts cells and runs of an experiment in the order of the grid, after so many that are there, with their links to stages. */
export async function insertRuns(
  tx: Transaction,
  { id, cells, runs }: Pick<NewExperiment, 'id' | 'cells' | 'runs'>,
  reused: ReadonlySet<string>,
  there = { cells: 0, runs: 0 },
): Promise<void> {
  const cellRows = rowsOf(cells.map((cell, i) => ({ ...cell, position: there.cells + i })));
  await tx.$executeRaw`
    INSERT INTO cells (experiment_id, cell_id, position, label, levels)
    SELECT ${id}, c.* FROM jsonb_to_recordset(${cellRows}::jsonb) AS c(id text, position int, label text, levels jsonb)`;
  const runRows = rowsOf(
    runs.map(({ id: runId, cell, seed }, i) => ({ id: runId, cell, seed, position: there.runs + i })),
  );
  await tx.$executeRaw`
    INSERT INTO runs (id, experiment_id, cell_id, seed, position)
    SELECT r.id, ${id}, r.cell, r.seed, r.position FROM jsonb_to_recordset(${runRows}::jsonb) AS r(id text, cell text, seed int, position int)`;
  const links = rowsOf(
    runs.flatMap(({ id: run, stages }) =>
      stages.map((stage, position) => ({ run, position, stage, reused: reused.has(stage) })),
    ),
  );
  await tx.$executeRaw`
    INSERT INTO run_stages (run_id, position, stage_key, reused)
    SELECT l.* FROM jsonb_to_recordset(${links}::jsonb) AS l(run text, position int, stage text, reused boolean)`;
}
