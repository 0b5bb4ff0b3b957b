/** Element types of a graph. `float64` exists for gradient checks; everything else computes in `float32`. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';
export type Shape = readonly number[];

/** A dense row-major array on the host. `bool` is one byte an element (0 or 1). */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

type Data = TensorData['data'];

/** A host array; `data` is copied unless it is a typed array of the element type. Throws when shape and length disagree. */
export function tensor(data: ArrayLike<number>, shape: Shape, dtype: DType = 'float32'): TensorData {
  if (data.length !== sizeOf(shape))
    throw new Error(`tensor: shape [${shape.join(', ')}] does not hold ${data.length} elements.`);
  const type = ARRAYS[dtype];
  return { dtype, shape, data: data instanceof type ? data : type.from(data) };
}

/** A host array of zeros. */
export const zeros = (shape: Shape, dtype: DType = 'float32'): TensorData => ({
  dtype,
  shape,
  data: new ARRAYS[dtype](sizeOf(shape)),
});

interface ArrayType {
  new (length: number): Data;
  from(values: ArrayLike<number>): Data;
}
const ARRAYS: Readonly<Record<DType, ArrayType>> = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
};

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
