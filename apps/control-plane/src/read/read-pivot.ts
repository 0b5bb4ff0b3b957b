import { describeCells } from '@ablate/analysis';
import type { PivotView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { runTable } from './run-table.js';

export interface PivotQuery {
  readonly rows: string;
  readonly columns: string;
  readonly metric?: string | undefined;
}

/** Means of all runs at every pair of levels of two axes. */
export async function readPivot(
  context: Context,
  experiment: Experiment,
  { rows, columns, metric: wanted }: PivotQuery,
): Promise<PivotView> {
  const { metric, axes, runs } = await runTable(context, experiment, wanted);
  for (const [path, axis] of Object.entries({ rows, columns }))
    if (axes[axis] === undefined || rows === columns)
      throw new AblateError('BAD_QUERY', `"${axis}" cannot be the ${path} of a pivot.`, {
        path,
        value: axis,
        rule: `Two different axes of ${Object.keys(axes).join(', ')}.`,
        fix: `Correct ${path}.`,
      });
  const report = describeCells({ axes: { [rows]: axes[rows]!, [columns]: axes[columns]! }, runs });
  return {
    experiment: experiment.id,
    metric,
    rows: { axis: rows, levels: [...axes[rows]!] },
    columns: { axis: columns, levels: [...axes[columns]!] },
    averagedOver: Object.keys(axes).filter(
      (axis) => axis !== rows && axis !== columns && axes[axis]!.length > 1,
    ),
    cells: report.cells.map(({ levels, n, mean, sd, lo, hi }) => ({
      row: levels[rows]!,
      column: levels[columns]!,
      n,
      mean,
      sd,
      lo,
      hi,
    })),
    warning: report.warning,
  };
}
