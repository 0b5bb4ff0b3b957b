import { describeCells } from '@ablate/analysis';
import type { PivotView } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';
import type { Experiment } from '@ablate/storage';
import type { Context } from '../context.js';
import { independentRuns, pivotDifferences } from './pivot-differences.js';
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
  const {
    metric,
    axes,
    runs,
    baseline: levels,
    seeds,
    sharedBySeeds,
  } = await runTable(context, experiment, wanted);
  for (const [path, axis] of Object.entries({ rows, columns }))
    if (axes[axis] === undefined || rows === columns)
      throw new AblateError('BAD_QUERY', `"${axis}" cannot be the ${path} of a pivot.`, {
        path,
        value: axis,
        rule: `Two different axes of ${Object.keys(axes).join(', ')}.`,
        fix: `Correct ${path}.`,
      });
  const pair = [rows, columns] as const;
  const own = { [rows]: axes[rows]!, [columns]: axes[columns]! };
  const report = describeCells({ axes: own, runs });
  const independent = describeCells({ axes: own, runs: independentRuns(pair, runs) }).cells;
  const baseline = { row: levels[rows] ?? axes[rows]![0]!, column: levels[columns] ?? axes[columns]![0]! };
  const differenceOf = pivotDifferences(pair, baseline, runs);
  return {
    experiment: experiment.id,
    metric,
    rows: { axis: rows, levels: [...axes[rows]!] },
    columns: { axis: columns, levels: [...axes[columns]!] },
    averagedOver: Object.keys(axes).filter(
      (axis) => axis !== rows && axis !== columns && axes[axis]!.length > 1,
    ),
    baseline,
    seeds,
    sharedBySeeds,
    // Both lists hold the same cells in the same order.
    cells: report.cells.map(({ levels: at, n }, i) => {
      const { n: replicates, mean, sd, lo, hi } = independent[i]!;
      const [row, column] = [at[rows]!, at[columns]!];
      return {
        row,
        column,
        n,
        independent: replicates,
        mean,
        rank: 1 + independent.filter((other) => other.mean > mean).length,
        difference: differenceOf(row, column),
        sd,
        lo,
        hi,
      };
    }),
    warning: report.warning,
  };
}
