/** Relative size below which what is left of a column counts as nothing: it is a combination of the columns before it. */
const tolerance = 1e-10;

/**
 * A QR decomposition with column pivoting inside blocks, by Householder reflections (Golub and Van Loan, Matrix Computations,
 * 5.4.2). Blocks keep their order, so that what a block adds to the ones before it is one stretch of Q'y.
 */
export interface Decomposition {
  readonly columns: number;
  readonly rank: number;
  /** Rank that each block adds. */
  readonly ranks: readonly number[];
  /** For every rank, the original column that stands there; then the dependent ones. */
  readonly pivot: readonly number[];
  /** Upper triangle: `triangle[j][i]` is R(i, j) for the j-th column of `pivot`, i < rank. */
  readonly triangle: readonly Float64Array[];
  /** Q'y: the first `rank` entries belong to the columns, the squares of the others sum to the residual sum of squares. */
  readonly applyQt: (y: Float64Array) => Float64Array;
  /** The first `rank` columns of Q: an orthonormal basis of the column space. */
  readonly basis: () => Float64Array[];
  /** The w with L b = w . Q'y for every least-squares solution b, or null where L is not estimable. */
  readonly functional: (l: ArrayLike<number>) => Float64Array | null;
}

const dotFrom = (a: Float64Array, b: Float64Array, from: number): number => {
  let sum = 0;
  for (let i = from; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
};

function reflect(v: Float64Array, scale: number, target: Float64Array, from: number): void {
  const factor = scale * dotFrom(v, target, from);
  if (factor !== 0)
    for (let i = from; i < v.length; i++) target[i] = (target[i] as number) - factor * (v[i] as number);
}

/** Decomposes the columns of `blocks`. The columns are copied, not changed; all must have the same length. */
export function decompose(blocks: readonly (readonly Float64Array[])[]): Decomposition {
  const work = blocks.flat().map((column) => Float64Array.from(column));
  const rows = work[0]?.length ?? 0;
  const original = work.map((column) => Math.sqrt(dotFrom(column, column, 0)));
  const largest = Math.max(0, ...original);
  const order = work.map((_, j) => j);
  const done: number[] = [];
  const dropped: number[] = [];
  const ranks: number[] = [];
  const vectors: { v: Float64Array; scale: number }[] = [];
  let first = 0;
  for (const block of blocks) {
    const left = order.slice(first, first + block.length);
    first += block.length;
    const before = done.length;
    while (left.length > 0 && done.length < rows) {
      const k = done.length;
      let [best, norm] = [0, -1];
      for (const [i, j] of left.entries()) {
        const column = work[j] as Float64Array;
        const size = dotFrom(column, column, k);
        // Near ties stay in order: rounding decides nothing.
        if (size > norm * (1 + 1e-9)) [best, norm] = [i, size];
      }
      if (Math.sqrt(norm) <= tolerance * largest) break;
      const [chosen] = left.splice(best, 1) as [number];
      const pivot = work[chosen] as Float64Array;
      const v = Float64Array.from(pivot);
      const length = Math.sqrt(norm);
      const alpha = (pivot[k] as number) > 0 ? -length : length;
      v.fill(0, 0, k);
      v[k] = (v[k] as number) - alpha;
      const scale = 2 / dotFrom(v, v, k);
      pivot.fill(0, k);
      pivot[k] = alpha;
      for (const j of left) reflect(v, scale, work[j] as Float64Array, k);
      for (let j = first; j < work.length; j++) reflect(v, scale, work[j] as Float64Array, k);
      vectors.push({ v, scale });
      done.push(chosen);
    }
    for (const j of left) work[j]?.fill(0, done.length);
    dropped.push(...left);
    ranks.push(done.length - before);
  }
  const rank = done.length;
  const pivot = [...done, ...dropped];
  const triangle = pivot.map((j) => (work[j] as Float64Array).slice(0, rank));
  return {
    columns: work.length,
    rank,
    ranks,
    pivot,
    triangle,
    applyQt(y) {
      const result = Float64Array.from(y);
      for (const [k, { v, scale }] of vectors.entries()) reflect(v, scale, result, k);
      return result;
    },
    basis() {
      return Array.from({ length: rank }, (_, k) => {
        const unit = new Float64Array(rows);
        unit[k] = 1;
        for (const { v, scale } of vectors.toReversed()) reflect(v, scale, unit, 0);
        return unit;
      });
    },
    functional(l) {
      const w = new Float64Array(rank);
      for (let j = 0; j < rank; j++) {
        const column = triangle[j] as Float64Array;
        let value = l[pivot[j] as number] as number;
        for (let i = 0; i < j; i++) value -= (column[i] as number) * (w[i] as number);
        w[j] = value / (column[j] as number);
      }
      for (let j = rank; j < pivot.length; j++) {
        const column = triangle[j] as Float64Array;
        const value = l[pivot[j] as number] as number;
        if (Math.abs(value - dotFrom(column, w, 0)) > 1e-8) return null;
      }
      return w;
    },
  };
}

/** Sum of squares of a stretch of a vector. */
export function squares(values: ArrayLike<number>, from = 0, to = values.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i] as number) ** 2;
  return sum;
}
