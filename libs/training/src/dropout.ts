import { sizeOf, type Program, type TensorData } from '@ablate/tensor';
import { namedSeed, type LoraByPart } from '@ablate/vlm';

type Masks = (step: number, micro: number, inputs: Program['inputs']) => Record<string, TensorData>;

const MASK = '.lora_dropout';

/**
 * Dropout masks for every adapter among a program's inputs, shaped like the adapter's own input: 0 with probability p, else 1 / (1 - p).
 * Each is drawn from the stage's seed, the step and the layer's name alone, so a resumed run draws the same. Source of the rule: peft
 * `lora.Linear`.
 */
export function dropoutMasks(seed: number, lora: LoraByPart): Masks {
  return (step, micro, inputs) =>
    Object.fromEntries(
      [...inputs]
        .filter(([name]) => name.endsWith(MASK))
        .map(([name, { shape }]) => {
          const { dropout } = lora[name.slice(0, name.indexOf('.')) as keyof LoraByPart]!;
          const layer = name.slice(0, -MASK.length).replace(/^llm\./, '');
          const data = new Float32Array(sizeOf(shape));
          fillMask(data, namedSeed(seed, `dropout.${step}.${micro}.${layer}`), dropout, 1 / (1 - dropout));
          return [name, { dtype: 'float32', shape, data }];
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
