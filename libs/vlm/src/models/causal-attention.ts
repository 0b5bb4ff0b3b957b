import { concat, rotary, type Value } from '@ablate/tensor';
import { attend, mergeSequence, repeatHeads } from './attention.js';
import type { Context, KeysAndValues } from './llm.js';

interface Projected extends KeysAndValues {
  /** [B, H, L, d]; keys and values are [B, G, L, d]. All before rotation. */
  readonly queries: Value;
}

/**
 * Attention of one layer over what is before each position, rotary positions applied; result [L, B, H d]. Pushes this call's keys
 * (rotated) and values to `cache`. Source: transformers `LlamaAttention`; earlier keys and values come from the context.
 */
export function causalAttention(
  { queries, keys, values }: Projected,
  { cos, sin, mask, past }: Context,
  cache: KeysAndValues[],
): Value {
  const heads = queries.shape[1]!;
  const before = past?.(cache.length);
  const q = rotary(queries, cos, sin);
  const turned = rotary(keys, cos, sin);
  cache.push({ keys: turned, values });
  const k = repeatHeads(before ? concat([before.keys, turned], 2) : turned, heads);
  const v = repeatHeads(before ? concat([before.values, values], 2) : values, heads);
  return mergeSequence(attend(q, k, v, mask));
}
