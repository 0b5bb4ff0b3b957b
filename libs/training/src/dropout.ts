import type { TrainStageConfig } from '@ablate/catalogue';
import type { TensorData } from '@ablate/tensor';
import { llmArchitecture, namedSeed, type VlmStructure } from '@ablate/vlm';

type Masks = (step: number, micro: number, batch: number, length: number) => Record<string, TensorData>;

/**
 * Dropout masks of every adapter's input, [L, B, in]: 0 with probability p, else 1 / (1 - p). Each is drawn from the stage's seed,
 * the step and the layer's name alone, so a resumed run draws the same. Source of the rule: peft `lora.Linear`.
 */
export function dropoutMasks(config: TrainStageConfig, structure: VlmStructure): Masks {
  const { lora, llm } = structure;
  if (!lora || lora.dropout === 0) return () => ({});
  const { linearLayers, specs } = llmArchitecture(llm.model_type);
  const shapes = new Map(specs(llm).map(({ name, shape }) => [name, shape]));
  const keep = 1 / (1 - lora.dropout);
  return (step, micro, batch, length) =>
    Object.fromEntries(
      linearLayers(llm).map((name) => {
        const width = shapes.get(`${name}.weight`)![1]!;
        const data = new Float32Array(batch * length * width);
        fillMask(data, namedSeed(config.seed, `dropout.${step}.${micro}.${name}`), lora.dropout, keep);
        return [`llm.${name}.lora_dropout`, { dtype: 'float32', shape: [length, batch, width], data }];
      }),
    );
}

/** 32-bit xorshift (Marsaglia 2003): millions of draws a step, where an object a draw would cost more than the training. */
function fillMask(data: Float32Array, seed: number, rate: number, keep: number): void {
  let state = seed | 0 || 1;
  const limit = rate * 2 ** 32;
  for (let i = 0; i < data.length; i += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    data[i] = state >>> 0 < limit ? 0 : keep;
  }
}
