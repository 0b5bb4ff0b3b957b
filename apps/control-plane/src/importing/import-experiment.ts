import { createHash } from 'node:crypto';
import type { ImportReport, ImportRequest } from '@ablate/contracts';
import { contentId } from '@ablate/design-space';
import type { Context } from '../context.js';
import { experimentId } from '../planning/experiment-id.js';
import { arrangeTable, type ArrangedTable } from './arrange-table.js';
import { importedMetric } from './imported-metric.js';
import { rowsText } from './where.js';

/** Notes of a table are listed up to so many of a column; more are counted. */
const LISTED = 8;

const nameOf = (file: string): string => file.replace(/^.*[\\/]/, '').replace(/\.\w+$/, '') || 'table';

/** What a reader of the numbers must know about where they come from. */
function notesOf(file: string, table: ArrangedTable): string[] {
  const { context, derived, excluded, notes } = table;
  const sources = Object.entries(notes).map(([column, texts]) =>
    texts.length > LISTED
      ? `${column}: ${texts.slice(0, 2).join('; ')} and ${texts.length - 2} more.`
      : `${column}: ${texts.join('; ')}.`,
  );
  const fixed = Object.entries(context).map(([axis, level]) => `${axis} is ${level}`);
  return [
    `Imported from ${nameOf(file)}, ${table.rows} rows: published figures in their own units, none of them run here.`,
    ...sources,
    ...(fixed.length > 0 ? [`The same everywhere, so no axis: ${fixed.join(', ')}.`] : []),
    ...derived.map(({ benchmark, rows, leftOut }) =>
      leftOut
        ? `${benchmark} is left out (${rows.length} rows): it is made of the other figures.`
        : `${benchmark} is an aggregate by its name; it stays, since its parts are not in the table.`,
    ),
    ...excluded.map(({ what, rows }) => `Excluded as asked: ${what} (${rowsText(rows)}).`),
  ];
}

/**
 * Takes a published table in as an experiment of kind `imported`: cells, runs and figures, done at once and never scheduled. One
 * transaction; a table with a problem leaves nothing behind.
 */
export async function importExperiment(context: Context, request: ImportRequest): Promise<ImportReport> {
  const { file, text, project = 'published' } = request;
  const table = arrangeTable(request);
  const name = request.name ?? nameOf(file);
  const id = experimentId(name);
  const notes = notesOf(file, table);
  const sha256 = createHash('sha256').update(text).digest('hex');
  const first = table.cells[0]!;
  await context.experiments.import({
    id,
    project,
    name,
    baselineCell: first.id,
    notes,
    spec: {
      version: 1,
      project,
      name,
      axes: table.axes,
      baseline: first.levels,
      evaluate: table.benchmarks.map((benchmark) => benchmark.id),
      imported: {
        file: nameOf(file),
        sha256,
        columns: table.columns,
        context: table.context,
        notes: table.notes,
      },
    },
    cells: table.cells,
    runs: table.runs.map(({ cell, seed, scores }, i) => ({
      id: `${id}-${i + 1}`,
      cell,
      seed,
      figures: scores.map(({ benchmark, value, line, notes: own }) => ({
        key: contentId({ imported: id, cell, seed, benchmark }),
        name: `evaluate:${benchmark}`,
        metric: importedMetric(benchmark),
        value,
        config: {
          version: 1,
          kind: 'evaluate',
          name: `evaluate:${benchmark}`,
          benchmark: { id: benchmark },
          imported: true,
        },
        inputs: { imported: id, sha256, row: line, notes: own },
      })),
    })),
  });
  context.logger.info({ experiment: id, runs: table.runs.length }, 'table imported');
  return {
    id,
    project,
    name,
    rows: table.rows,
    cells: table.cells.length,
    runs: table.runs.length,
    axes: Object.entries(table.axes).map(([axis, levels]) => ({ axis, levels: [...levels] })),
    context: { ...table.context },
    columns: { ...table.columns },
    metrics: table.benchmarks.map((benchmark) => ({
      benchmark: benchmark.id,
      metric: importedMetric(benchmark.id),
      scores: benchmark.scores,
    })),
    derived: table.derived.map((one) => ({ ...one, rows: [...one.rows] })),
    excluded: table.excluded.map((one) => ({ ...one, rows: [...one.rows] })),
    baseline: { ...first.levels },
    notes,
  };
}
