import type { Node, Value } from '../graph.js';
import { sizeOf, type Shape } from '../tensor-data.js';
import { emit, fail, scalar, type GradientRules } from './rule.js';
import { reshape, sameShape } from './shape.js';

export interface ReduceOptions {
  /** Keep reduced axes with length 1. */
  readonly keepDims?: boolean;
}

function reduce(
  op: 'sum' | 'mean' | 'max',
  x: Value,
  axes: readonly number[],
  { keepDims = false }: ReduceOptions,
): Value {
  const reduced = axes.map((axis) => (axis < 0 ? axis + x.shape.length : axis)).sort((a, b) => a - b);
  if (reduced.some((axis) => axis < 0 || axis >= x.shape.length))
    fail(op, `no axis ${axes.join(', ')} in rank ${x.shape.length}`);
  const twice = reduced.find((axis, i) => axis === reduced[i + 1]);
  if (twice !== undefined) fail(op, `axis ${twice} is named twice`);
  const kept = x.shape.map((length, axis) => (reduced.includes(axis) ? 1 : length));
  if (sameShape(kept, x.shape))
    return keepDims
      ? x
      : reshape(
          x,
          x.shape.filter((_, axis) => !reduced.includes(axis)),
        );
  const shape = keepDims ? kept : x.shape.filter((_, axis) => !reduced.includes(axis));
  return emit(op, [x], { axes: reduced, keepDims }, shape, x.dtype);
}

/** Sum over axes (negative axes count from the end). */
export const sum = (x: Value, axes: readonly number[], options: ReduceOptions = {}): Value =>
  reduce('sum', x, axes, options);

/** Mean over axes. */
export const mean = (x: Value, axes: readonly number[], options: ReduceOptions = {}): Value =>
  reduce('mean', x, axes, options);

/** Largest element over axes. Has no gradient: it is only used to shift exponents. */
export const max = (x: Value, axes: readonly number[], options: ReduceOptions = {}): Value =>
  reduce('max', x, axes, options);

/** Repeats axes of length 1 (numpy rules). */
export function broadcastTo(x: Value, shape: Shape): Value {
  if (sameShape(x.shape, shape)) return x;
  const offset = shape.length - x.shape.length;
  if (offset < 0 || x.shape.some((length, axis) => length !== 1 && length !== shape[axis + offset])) {
    fail('broadcastTo', `[${x.shape.join(', ')}] does not broadcast to [${shape.join(', ')}]`);
  }
  return emit('broadcastTo', [x], { shape }, shape, x.dtype);
}

/** Sums out what broadcasting added, so that the result has `shape`. The gradient of broadcasting. */
export function sumTo(x: Value, shape: Shape): Value {
  const offset = x.shape.length - shape.length;
  const axes = x.shape.flatMap((length, axis) =>
    axis < offset || (shape[axis - offset] === 1 && length !== 1) ? [axis] : [],
  );
  return axes.length === 0 ? x : reshape(sum(x, axes), shape);
}

/** Gives every summed element the gradient of its sum. */
const spread = ({ inputs: [x], attributes }: Node, dy: Value): Value => {
  const axes = attributes['axes'] as readonly number[];
  const kept = x!.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  return broadcastTo(reshape(dy, kept), x!.shape);
};

export const reduceGradients: GradientRules = {
  sum: (node, [dy]) => [spread(node, dy!)],
  mean: (node, [dy]) => {
    const share = scalar(dy!, sizeOf(dy!.shape) / sizeOf(node.inputs[0]!.shape));
    return [spread(node, emit('mul', [dy!, share], {}, dy!.shape, dy!.dtype))];
  },
  broadcastTo: ({ inputs: [x] }, [dy]) => [sumTo(dy!, x!.shape)],
};
