import type { Value } from '../graph.js';
import { add } from './elementwise.js';
import { emit, fail, type GradientRules } from './rule.js';
import { reshape, sameShape } from './shape.js';

export interface MatMulOptions {
  readonly transposeA?: boolean;
  readonly transposeB?: boolean;
}

/**
 * Matrix product of the last two axes. Leading axes are equal, or b has rank 2: then a's leading axes are rows and the
 * product is one plain matrix product.
 */
export function matMul(
  a: Value,
  b: Value,
  { transposeA = false, transposeB = false }: MatMulOptions = {},
): Value {
  if (a.shape.length > 2 && b.shape.length === 2) {
    if (transposeA) fail('matMul', 'transposeA needs equal leading axes');
    const rows = matMul(reshape(a, [-1, a.shape.at(-1)!]), b, { transposeB });
    return reshape(rows, [...a.shape.slice(0, -1), rows.shape[1]!]);
  }
  const [m, k1] = transposeA ? [a.shape.at(-1)!, a.shape.at(-2)!] : [a.shape.at(-2)!, a.shape.at(-1)!];
  const [k2, n] = transposeB ? [b.shape.at(-1)!, b.shape.at(-2)!] : [b.shape.at(-2)!, b.shape.at(-1)!];
  const batch = a.shape.slice(0, -2);
  if (a.shape.length < 2 || k1 !== k2 || !sameShape(batch, b.shape.slice(0, -2)) || a.dtype !== b.dtype) {
    fail(
      'matMul',
      `[${a.shape.join(', ')}]${transposeA ? '^T' : ''} by [${b.shape.join(', ')}]${transposeB ? '^T' : ''}`,
    );
  }
  return emit('matMul', [a, b], { transposeA, transposeB }, [...batch, m, n], a.dtype);
}

/** x W^T + b for a weight [out, in], as torch.nn.Linear stores it. */
export function linear(x: Value, weight: Value, bias?: Value): Value {
  if (!bias) return matMul(x, weight, { transposeB: true });
  // Rows stay flat until the bias is added, so that an executor can add it inside the product.
  const rows = matMul(reshape(x, [-1, x.shape.at(-1)!]), weight, { transposeB: true });
  return reshape(add(rows, bias), [...x.shape.slice(0, -1), weight.shape[0]!]);
}

/** C = A B: dA = dC B^T, dB = A^T dC; with transposed operands the same, transposed. */
export const matMulGradients: GradientRules = {
  matMul: ({ inputs: [a, b], attributes }, [dy]) => {
    const { transposeA, transposeB } = attributes as { transposeA: boolean; transposeB: boolean };
    const da = transposeA
      ? matMul(b!, dy!, { transposeA: transposeB, transposeB: true })
      : matMul(dy!, b!, { transposeB: !transposeB });
    const db = transposeB
      ? matMul(dy!, a!, { transposeA: true, transposeB: transposeA })
      : matMul(a!, dy!, { transposeA: !transposeA });
    return [da, db];
  },
};
