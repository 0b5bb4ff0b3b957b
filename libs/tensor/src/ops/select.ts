import type { Value } from '../graph.js';
import type { DType, Shape } from '../tensor-data.js';
import { broadcastShape, operand } from './elementwise.js';
import { broadcastTo, sumTo } from './reduce.js';
import { emit, fail, scalar, type GradientRules } from './rule.js';

const compare =
  (op: 'equal' | 'greater') =>
  (a: Value, right: Value | number): Value => {
    const b = operand(a, right);
    if (a.dtype !== b.dtype) fail(op, `${a.dtype} with ${b.dtype}`);
    return emit(op, [a, b], {}, broadcastShape(op, a.shape, b.shape), 'bool');
  };
export const equal = compare('equal');
export const greater = compare('greater');

/** a where the condition holds, else b. */
export function where(condition: Value, a: Value, b: Value): Value {
  if (condition.dtype !== 'bool' || a.dtype !== b.dtype)
    fail('where', `${condition.dtype}, ${a.dtype}, ${b.dtype}`);
  return emit(
    'where',
    [condition, a, b],
    {},
    broadcastShape('where', condition.shape, broadcastShape('where', a.shape, b.shape)),
    a.dtype,
  );
}

/** Other element type; no gradient. */
export const cast = (x: Value, dtype: DType): Value =>
  x.dtype === dtype ? x : emit('cast', [x], { dtype }, x.shape, dtype);

/** The same value, a constant for differentiation. */
export const stopGradient = (x: Value): Value => emit('stopGradient', [x], {}, x.shape, x.dtype);

/** Zeros of a shape, of the graph and type of `like`, without storing them. */
export const zerosLike = (like: Value, shape: Shape = like.shape): Value =>
  broadcastTo(scalar(like, 0), shape);

export const selectGradients: GradientRules = {
  where: ({ inputs: [condition, a, b] }, [dy]) => {
    const nothing = zerosLike(dy!);
    return [
      null,
      sumTo(where(condition!, dy!, nothing), a!.shape),
      sumTo(where(condition!, nothing, dy!), b!.shape),
    ];
  },
};
