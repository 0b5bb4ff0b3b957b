import type { Tensors } from './executor.js';
import type { Value } from './graph.js';
import { sizeOf, zeros, type DType, type Shape, type TensorData } from './tensor-data.js';

/** A zeroed array for the elements of a shape. */
export const allocate = (dtype: DType, shape: Shape): TensorData['data'] => zeros(shape, dtype).data;

/** What was fed for an input, checked against its declaration. */
export function fedTensor(feeds: Tensors, name: string, { shape, dtype }: Value): TensorData {
  const fed = feeds[name];
  if (!fed || fed.dtype !== dtype || fed.data.length !== sizeOf(shape)) {
    const got = fed ? `${fed.dtype} [${fed.shape.join(', ')}]` : 'nothing';
    throw new Error(`run: input "${name}" needs ${dtype} [${shape.join(', ')}], got ${got}.`);
  }
  return fed;
}
