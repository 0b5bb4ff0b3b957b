import type { Value } from '../graph.js';
import { sizeOf } from '../tensor-data.js';
import { emit, fail, type GradientRules } from './rule.js';
import { reshape } from './shape.js';

/** Rows of a table [V, D] by int32 indices [...]: result [..., D]. */
export function gatherRows(table: Value, indices: Value): Value {
  if (table.shape.length !== 2 || indices.dtype !== 'int32')
    fail('gatherRows', 'a table of rank 2 and int32 indices');
  return emit('gatherRows', [table, indices], {}, [...indices.shape, table.shape[1]!], table.dtype);
}

/** Sums rows [..., D] into a table of `numRows` rows at int32 indices [...], always in the order of the indices. */
export function scatterAddRows(indices: Value, rows: Value, numRows: number): Value {
  const width = rows.shape.at(-1)!;
  if (indices.dtype !== 'int32' || sizeOf(indices.shape) * width !== sizeOf(rows.shape)) {
    fail('scatterAddRows', `indices [${indices.shape.join(', ')}] for rows [${rows.shape.join(', ')}]`);
  }
  return emit('scatterAddRows', [indices, rows], { numRows }, [numRows, width], rows.dtype);
}

export const rowGradients: GradientRules = {
  gatherRows: ({ inputs: [table, indices] }, [dy]) => [scatterAddRows(indices!, dy!, table!.shape[0]!), null],
  scatterAddRows: ({ inputs: [indices, rows] }, [dy]) => [
    null,
    reshape(gatherRows(dy!, indices!), rows!.shape),
  ],
};
