import type { Tensors } from './executor.js';
import type { Value } from './graph.js';
import { sizeOf, zeros, type TensorData } from './tensor-data.js';

/** What was fed for an input, checked against its declaration. */
export const fedTensor = (feeds: Tensors, name: string, value: Value): TensorData =>
  fitting('input', name, value, feeds[name]);

/** Where an output goes: the given array, checked, or a new one. */
export const resultTensor = (into: Tensors, name: string, value: Value): TensorData =>
  into[name] ? fitting('output', name, value, into[name]) : zeros(value.shape, value.dtype);

function fitting(
  what: string,
  name: string,
  { shape, dtype }: Value,
  given: TensorData | undefined,
): TensorData {
  if (given?.dtype === dtype && given.data.length === sizeOf(shape)) return given;
  const got = given ? `${given.dtype} [${given.shape.join(', ')}]` : 'nothing';
  throw new Error(`run: ${what} "${name}" needs ${dtype} [${shape.join(', ')}], got ${got}.`);
}
