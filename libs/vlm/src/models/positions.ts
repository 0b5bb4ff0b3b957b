import type { TensorData } from '@ablate/tensor';
import { rotaryChannels, type LlmConfig } from './llm.js';

/** Additive score of what may not be seen; finite, so that no row can become NaN. */
export const HIDDEN = -1e9;

/**
 * cos and sin of rotary positions `first` .. `first + length - 1`, [length, r/2]: angle = position * theta^(-2i/r).
 * Source: Su et al. 2021; transformers `LlamaRotaryEmbedding`, which computes in float32.
 */
export function rotaryTables(
  config: LlmConfig,
  length: number,
  first = 0,
): { cos: TensorData; sin: TensorData } {
  const channels = rotaryChannels(config);
  const half = channels / 2;
  const cos = new Float32Array(length * half);
  const sin = new Float32Array(length * half);
  for (let i = 0; i < half; i += 1) {
    const frequency = Math.fround(1 / Math.fround(config.rope_theta ** ((2 * i) / channels)));
    for (let position = 0; position < length; position += 1) {
      const angle = Math.fround(Math.fround((first + position) / config.rope_divisor) * frequency);
      cos[position * half + i] = Math.cos(angle);
      sin[position * half + i] = Math.sin(angle);
    }
  }
  const shape = [length, half];
  return { cos: { dtype: 'float32', shape, data: cos }, sin: { dtype: 'float32', shape, data: sin } };
}

/** Each position sees itself and what is before it, [length, length]. */
export function causalMask(length: number): TensorData {
  const data = new Float32Array(length * length);
  for (let row = 0; row < length; row += 1) data.fill(HIDDEN, row * length + row + 1, (row + 1) * length);
  return { dtype: 'float32', shape: [length, length], data };
}
