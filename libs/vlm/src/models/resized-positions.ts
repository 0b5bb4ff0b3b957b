import { concat, matMul, reshape, slice, transpose, type Graph, type Value } from '@ablate/tensor';

export interface Grid {
  readonly rows: number;
  readonly columns: number;
}

/** Keys' cubic convolution with a = -0.75, as torch has it: weights of the four neighbours at distance `t` from the second. */
function cubicWeights(t: number): readonly number[] {
  const a = -0.75;
  const near = (x: number): number => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number): number => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return [far(t + 1), near(t), near(1 - t), far(2 - t)];
}

/**
 * Weights [outputs, inputs] of one axis of a bicubic resize; `factor` is the scale factor given to torch, and output i samples at
 * (i + 1/2) / factor - 1/2, neighbours outside clamped. Source: torch `upsample_bicubic2d`, align_corners=False.
 */
export function cubicResize(inputs: number, outputs: number, factor: number): Float32Array {
  const weights = new Float32Array(outputs * inputs);
  for (let i = 0; i < outputs; i += 1) {
    const source = (i + 0.5) / factor - 0.5;
    const first = Math.floor(source);
    cubicWeights(source - first).forEach((weight, tap) => {
      const at = Math.min(inputs - 1, Math.max(0, first - 1 + tap));
      weights[i * inputs + at]! += weight;
    });
  }
  return weights;
}

const constant = (graph: Graph, shape: readonly [number, number], data: Float32Array): Value =>
  graph.constant({ dtype: 'float32', shape, data });

/**
 * A table of positions [1, 1 + n n, D] (class token first) for another grid, [1, 1 + rows columns, D]. The scale factors carry
 * transformers' 0.1, so sampling is not at the ratio of the grids. Source: transformers 4.40 `Dinov2Embeddings.interpolate_pos_encoding`.
 */
export function resizedPositions(table: Value, { rows, columns }: Grid): Value {
  const { graph } = table;
  const [, positions, width] = table.shape as [number, number, number];
  const side = Math.floor(Math.sqrt(positions - 1));
  const root = Math.sqrt(positions - 1);
  const patches = slice(table, [0, 1, 0], [1, positions - 1, width]);
  const vertical = constant(graph, [rows, side], cubicResize(side, rows, (rows + 0.1) / root));
  const horizontal = constant(graph, [columns, side], cubicResize(side, columns, (columns + 0.1) / root));
  // [side, side D] -> [rows, side, D] -> [side, rows D] -> [columns, rows, D]
  const tall = reshape(matMul(vertical, reshape(patches, [side, side * width])), [rows, side, width]);
  const turned = reshape(transpose(tall, [1, 0, 2]), [side, rows * width]);
  const wide = reshape(matMul(horizontal, turned), [columns, rows, width]);
  const grid = reshape(transpose(wide, [1, 0, 2]), [1, rows * columns, width]);
  return concat([slice(table, [0, 0, 0], [1, 1, width]), grid], 1);
}
