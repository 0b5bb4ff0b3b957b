/** Element types of a graph. `float64` exists for gradient checks; everything else computes in `float32`. */
export type DType = 'float32' | 'float64' | 'int32' | 'bool';
export type Shape = readonly number[];

/** A dense row-major array on the host. `bool` is one byte an element (0 or 1). */
export interface TensorData {
  readonly dtype: DType;
  readonly shape: Shape;
  readonly data: Float32Array | Float64Array | Int32Array | Uint8Array;
}

/** Number of elements of a shape; 1 for a scalar. */
export const sizeOf = (shape: Shape): number => shape.reduce((product, length) => product * length, 1);
