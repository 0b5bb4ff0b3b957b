import type { Attribute, Node, Value } from '../graph.js';
import { tensor, type DType, type Shape } from '../tensor-data.js';

/**
 * Gradient of one node: from the gradients of its outputs (null where the loss does not reach one) to those of its inputs
 * (null for an input that has none). Rules append nodes to the same graph.
 */
export type GradientRule = (
  node: Node,
  outputGradients: readonly (Value | null)[],
) => readonly (Value | null)[];
export type GradientRules = Readonly<Record<string, GradientRule>>;

/** Appends a node with one result. */
export const emit = (
  op: string,
  inputs: readonly Value[],
  attributes: Readonly<Record<string, Attribute>>,
  shape: Shape,
  dtype: DType,
): Value => inputs[0]!.graph.add(op, inputs, attributes, [{ shape, dtype }])[0]!;

export const isFloat = (dtype: DType): boolean => dtype === 'float32' || dtype === 'float64';

/** An elementwise operation on floats. */
export const unary =
  (op: string) =>
  (x: Value): Value =>
    emit(op, [x], {}, x.shape, isFloat(x.dtype) ? x.dtype : fail(op, `needs a float, not ${x.dtype}`));

/** A scalar of the same graph and element type as `like`. */
export const scalar = (like: Value, value: number): Value =>
  like.graph.constant(tensor([value], [], like.dtype));

/** A graph that breaks a shape rule is a defect of the code that builds it. */
export function fail(op: string, problem: string): never {
  throw new Error(`${op}: ${problem}.`);
}
