import { add, broadcastTo, matMul, mul, reshape, softmax, transpose, type Value } from '@ablate/tensor';

/** [B, L, H d] -> [B, H, L, d]. */
export const splitHeads = (x: Value, heads: number): Value => {
  const [batch, length, width] = x.shape as [number, number, number];
  return transpose(reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);
};

/** [B, H, L, d] -> [B, L, H d]. */
export const mergeHeads = (x: Value): Value => {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [0, 2, 1, 3]), [batch, length, heads * width]);
};

/**
 * The same of a positions-first sequence, [L, B, H d] -> [B, H, L, d]. LLMs keep positions first, so that padding is the tail of
 * every sum over rows: then more of it changes no bit of a gradient, however matrix products are cut into blocks.
 */
export const splitSequence = (x: Value, heads: number): Value => {
  const [length, batch, width] = x.shape as [number, number, number];
  return transpose(reshape(x, [length, batch, heads, width / heads]), [1, 2, 0, 3]);
};

/** [B, H, L, d] -> [L, B, H d]. */
export const mergeSequence = (x: Value): Value => {
  const [batch, heads, length, width] = x.shape as [number, number, number, number];
  return reshape(transpose(x, [2, 0, 1, 3]), [length, batch, heads * width]);
};

/** Repeats each key/value head for its group of query heads: [B, G, L, d] -> [B, H, L, d]. Source: transformers `repeat_kv`. */
export function repeatHeads(x: Value, heads: number): Value {
  const [batch, groups, length, width] = x.shape as [number, number, number, number];
  if (groups === heads) return x;
  const grouped = reshape(x, [batch, groups, 1, length, width]);
  return reshape(broadcastTo(grouped, [batch, groups, heads / groups, length, width]), [
    batch,
    heads,
    length,
    width,
  ]);
}

/**
 * softmax(q k^T / sqrt(d) + mask) v over heads: q [B, H, Q, d], k and v [B, H, K, d]; `mask` is additive and broadcasts to
 * [B, H, Q, K], null = everything is seen. Source: Vaswani et al. 2017.
 */
export function attend(q: Value, k: Value, v: Value, mask: Value | null): Value {
  const scores = matMul(mul(q, 1 / Math.sqrt(q.shape[3]!)), k, { transposeB: true });
  return matMul(softmax(mask ? add(scores, mask) : scores), v);
}
