import type { Value } from '../graph.js';
import { sizeOf, type Shape } from '../tensor-data.js';
import { emit, fail, type GradientRules } from './rule.js';

/** The same elements in the same row-major order. One length may be -1. A reshape of a reshape is one. */
export function reshape(x: Value, shape: Shape): Value {
  const known = shape.reduce((product, length) => (length === -1 ? product : product * length), 1);
  const resolved = shape.map((length) => (length === -1 ? sizeOf(x.shape) / known : length));
  if (sizeOf(resolved) !== sizeOf(x.shape) || resolved.some((length) => !Number.isInteger(length))) {
    fail('reshape', `[${x.shape.join(', ')}] has not the elements of [${shape.join(', ')}]`);
  }
  const origin = x.node.op === 'reshape' ? x.node.inputs[0]! : x;
  return sameShape(resolved, origin.shape)
    ? origin
    : emit('reshape', [origin], { shape: resolved }, resolved, x.dtype);
}

/** Reorders axes: axis i of the result is axis `permutation[i]` of x. */
export function transpose(x: Value, permutation: readonly number[]): Value {
  if (
    [...permutation].sort((a, b) => a - b).some((axis, i) => axis !== i) ||
    permutation.length !== x.shape.length
  ) {
    fail('transpose', `[${permutation.join(', ')}] is no permutation of ${x.shape.length} axes`);
  }
  if (permutation.every((axis, i) => axis === i)) return x;
  return emit(
    'transpose',
    [x],
    { permutation },
    permutation.map((axis) => x.shape[axis]!),
    x.dtype,
  );
}

/** The block of `sizes` elements that begins at `starts`. */
export function slice(x: Value, starts: readonly number[], sizes: readonly number[]): Value {
  if (starts.length !== x.shape.length || sizes.length !== x.shape.length)
    fail('slice', 'one start and size an axis');
  x.shape.forEach((length, axis) => {
    if (starts[axis]! < 0 || starts[axis]! + sizes[axis]! > length) {
      fail('slice', `axis ${axis}: ${starts[axis]} + ${sizes[axis]} is outside ${length}`);
    }
  });
  return sameShape(sizes, x.shape) ? x : emit('slice', [x], { starts, sizes }, sizes, x.dtype);
}

/** Zeros around x: `before` and `after` elements on each axis. */
export function pad(x: Value, before: readonly number[], after: readonly number[]): Value {
  const { length } = x.shape;
  if (before.length !== length || after.length !== length) fail('pad', 'one length before and after an axis');
  const shape = x.shape.map((length, axis) => length + before[axis]! + after[axis]!);
  return sameShape(shape, x.shape) ? x : emit('pad', [x], { before, after }, shape, x.dtype);
}

/** Joins values along one axis; the other axes are equal. */
export function concat(values: readonly Value[], axis: number): Value {
  const [first, ...rest] = values;
  if (!first) return fail('concat', 'nothing to join');
  for (const { shape, dtype } of rest) {
    const fits =
      shape.length === first.shape.length &&
      shape.every((length, i) => i === axis || length === first.shape[i]);
    if (!fits || dtype !== first.dtype)
      fail('concat', `[${shape.join(', ')}] does not join [${first.shape.join(', ')}]`);
  }
  if (rest.length === 0) return first;
  const total = values.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  return emit(
    'concat',
    values,
    { axis },
    first.shape.map((length, i) => (i === axis ? total : length)),
    first.dtype,
  );
}

export const sameShape = (a: Shape, b: Shape): boolean =>
  a.length === b.length && a.every((length, i) => length === b[i]);

/** Each gradient is the inverse movement of elements. */
export const shapeGradients: GradientRules = {
  reshape: ({ inputs: [x] }, [dy]) => [reshape(dy!, x!.shape)],
  transpose: ({ attributes }, [dy]) => {
    const permutation = attributes['permutation'] as readonly number[];
    return [
      transpose(
        dy!,
        permutation.map((_, axis) => permutation.indexOf(axis)),
      ),
    ];
  },
  slice: ({ inputs: [x], attributes }, [dy]) => {
    const starts = attributes['starts'] as readonly number[];
    const after = x!.shape.map((length, axis) => length - starts[axis]! - dy!.shape[axis]!);
    return [pad(dy!, starts, after)];
  },
  pad: ({ inputs: [x], attributes }, [dy]) => [
    slice(dy!, attributes['before'] as readonly number[], x!.shape),
  ],
  concat: ({ inputs, attributes }, [dy]) => {
    const axis = attributes['axis'] as number;
    let offset = 0;
    return inputs.map(({ shape }) => {
      const starts = shape.map((_, i) => (i === axis ? offset : 0));
      offset += shape[axis]!;
      return slice(dy!, starts, shape);
    });
  },
};
