import type { Value } from '../graph.js';
import { neg } from './elementwise.js';
import { emit, fail, type GradientRules } from './rule.js';
import { sameShape } from './shape.js';

/**
 * Rotary position embedding of x [B, H, L, d] on its first r channels, halves paired (channel i with i + r/2);
 * the rest passes. cos and sin are [L, r/2]. Source: Su et al. 2021; transformers `apply_rotary_pos_emb`, `rotate_half`.
 */
export function rotary(x: Value, cos: Value, sin: Value): Value {
  const [, , length, channels] = x.shape;
  if (
    x.shape.length !== 4 ||
    cos.shape.length !== 2 ||
    cos.shape[0] !== length ||
    2 * cos.shape[1]! > channels! ||
    !sameShape(cos.shape, sin.shape)
  ) {
    fail('rotary', `x [${x.shape.join(', ')}] with cos [${cos.shape.join(', ')}]`);
  }
  return emit('rotary', [x, cos, sin], {}, x.shape, x.dtype);
}

/** A rotation's transpose turns the other way. */
export const rotaryGradients: GradientRules = {
  rotary: ({ inputs: [, cos, sin] }, [dy]) => [rotary(dy!, cos!, neg(sin!)), null, null],
};
