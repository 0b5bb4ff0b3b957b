import type { Value } from '../graph.js';
import type { Shape } from '../tensor-data.js';
import { sumTo } from './reduce.js';
import { emit, fail, scalar, unary, type GradientRules } from './rule.js';

/** Shape of a numpy broadcast. */
export function broadcastShape(op: string, a: Shape, b: Shape): Shape {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const x = a[i - rank + a.length] ?? 1;
    const y = b[i - rank + b.length] ?? 1;
    if (x !== y && x !== 1 && y !== 1) fail(op, `[${a.join(', ')}] and [${b.join(', ')}] do not broadcast`);
    return x === 1 ? y : x;
  });
}

export const operand = (like: Value, value: Value | number): Value =>
  typeof value === 'number' ? scalar(like, value) : value;

function binary(op: 'add' | 'sub' | 'mul' | 'div', a: Value, right: Value | number): Value {
  const b = operand(a, right);
  if (a.dtype !== b.dtype) fail(op, `${a.dtype} with ${b.dtype}`);
  return emit(op, [a, b], {}, broadcastShape(op, a.shape, b.shape), a.dtype);
}

export const add = (a: Value, b: Value | number): Value => binary('add', a, b);
export const sub = (a: Value, b: Value | number): Value => binary('sub', a, b);
export const mul = (a: Value, b: Value | number): Value => binary('mul', a, b);
export const div = (a: Value, b: Value | number): Value => binary('div', a, b);

export const neg = unary('neg');
export const exp = unary('exp');
export const log = unary('log');
export const sqrt = unary('sqrt');
export const tanh = unary('tanh');
export const sigmoid = unary('sigmoid');
export const erf = unary('erf');

/** Derivatives of the elementary functions; results are written in terms of y where that is cheaper. */
export const elementwiseGradients: GradientRules = {
  add: ({ inputs: [a, b] }, [dy]) => [sumTo(dy!, a!.shape), sumTo(dy!, b!.shape)],
  sub: ({ inputs: [a, b] }, [dy]) => [sumTo(dy!, a!.shape), sumTo(neg(dy!), b!.shape)],
  mul: ({ inputs: [a, b] }, [dy]) => [sumTo(mul(dy!, b!), a!.shape), sumTo(mul(dy!, a!), b!.shape)],
  div: ({ inputs: [a, b], outputs: [y] }, [dy]) => {
    const da = div(dy!, b!);
    return [sumTo(da, a!.shape), sumTo(neg(mul(da, y!)), b!.shape)];
  },
  neg: (_, [dy]) => [neg(dy!)],
  exp: ({ outputs: [y] }, [dy]) => [mul(dy!, y!)],
  log: ({ inputs: [x] }, [dy]) => [div(dy!, x!)],
  sqrt: ({ outputs: [y] }, [dy]) => [div(mul(dy!, 0.5), y!)],
  tanh: ({ outputs: [y] }, [dy]) => [mul(dy!, sub(scalar(y!, 1), mul(y!, y!)))],
  sigmoid: ({ outputs: [y] }, [dy]) => [mul(dy!, mul(y!, sub(scalar(y!, 1), y!)))],
  erf: ({ inputs: [x] }, [dy]) => [mul(mul(dy!, 2 / Math.sqrt(Math.PI)), exp(neg(mul(x!, x!))))],
};
