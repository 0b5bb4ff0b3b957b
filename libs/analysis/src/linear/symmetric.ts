/** A small symmetric positive definite matrix by its Cholesky factor (Golub and Van Loan 4.2). */
export interface Positive {
  readonly logDeterminant: number;
  /** The x with A x = b. */
  solve(b: ArrayLike<number>): Float64Array;
}

/** Rows of the matrix. Throws a RangeError where it is not positive definite. */
export function positive(matrix: readonly Float64Array[]): Positive {
  const n = matrix.length;
  const lower = matrix.map((row) => Float64Array.from(row));
  let logDeterminant = 0;
  const at = (i: number, j: number): number => lower[i]?.[j] as number;
  for (let j = 0; j < n; j++) {
    let diagonal = at(j, j);
    for (let k = 0; k < j; k++) diagonal -= at(j, k) ** 2;
    if (!(diagonal > 1e-13 * at(j, j))) throw new RangeError('The matrix is not positive definite.');
    const root = Math.sqrt(diagonal);
    logDeterminant += 2 * Math.log(root);
    (lower[j] as Float64Array)[j] = root;
    for (let i = j + 1; i < n; i++) {
      let value = at(i, j);
      for (let k = 0; k < j; k++) value -= at(i, k) * at(j, k);
      (lower[i] as Float64Array)[j] = value / root;
    }
  }
  return {
    logDeterminant,
    solve(b) {
      const x = Float64Array.from(b);
      for (let i = 0; i < n; i++) {
        let value = x[i] as number;
        for (let k = 0; k < i; k++) value -= at(i, k) * (x[k] as number);
        x[i] = value / at(i, i);
      }
      for (let i = n - 1; i >= 0; i--) {
        let value = x[i] as number;
        for (let k = i + 1; k < n; k++) value -= at(k, i) * (x[k] as number);
        x[i] = value / at(i, i);
      }
      return x;
    },
  };
}

export function dot(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
