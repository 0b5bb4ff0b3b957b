import type { BackboneEntry, EncoderEntry, LlmEntry } from './catalogue-index.js';
import { BYTES_TRAINED, encoderMatmul, FLOAT, llmMatmul, patchesOf, trainedParameters } from './costs.js';
import type { Tuning } from './stage-config.js';
import { readStrategy, STRATEGIES } from './strategies.js';

/** What one backbone costs by the formulas of vlm.md section 6, whatever it is combined with. */
export interface BackboneCost {
  /** Bytes at the peak of each strategy's stages, for one sample at a time: weights, gradients, optimiser state, activations. */
  readonly bytes: Readonly<Record<string, number>>;
  /** FLOPs of one sample in the last stage of strategy `base`. */
  readonly flops: number;
}

/** A sample as the offline data sets have it: image tokens and text tokens. */
const TOKENS = 36 + 92;

const memory = (entry: BackboneEntry, tuning: Tuning, activations: number): number => {
  const trained = trainedParameters(entry, tuning);
  const frozen = entry.parameters - (tuning.mode === 'lora' ? 0 : trained);
  return BYTES_TRAINED * trained + FLOAT * (frozen + activations);
};

/** Numbers kept for the backward pass; of a frozen encoder only its features. */
function encoderActivations(entry: EncoderEntry, { mode }: Tuning): number {
  const patches = patchesOf(entry);
  if (mode === 'frozen') return patches * entry.hidden;
  return entry.layers * (patches * (8 * entry.hidden + 2 * entry.intermediate) + entry.heads * patches ** 2);
}

function llmActivations(entry: LlmEntry): number {
  const gated = entry.architecture === 'phi' ? 2 : 3;
  const layer = TOKENS * (8 * entry.hidden + gated * entry.intermediate) + entry.heads * TOKENS ** 2;
  return entry.layers * layer + 3 * TOKENS * entry.vocab;
}

/** Memory by strategy and work of one sample of 36 + 92 tokens. */
export function backboneCost(entry: BackboneEntry): BackboneCost {
  const tuningOf = ({
    tune,
  }: {
    readonly tune: { readonly encoder: Tuning; readonly llm: Tuning };
  }): Tuning => (entry.kind === 'encoder' ? tune.encoder : tune.llm);
  const bytes = Object.fromEntries(
    STRATEGIES.map((id) => {
      const peaks = readStrategy(id, 'strategy').stages.map((stage) => {
        const tuning = tuningOf(stage);
        const kept = entry.kind === 'encoder' ? encoderActivations(entry, tuning) : llmActivations(entry);
        return memory(entry, tuning, kept);
      });
      return [id, Math.max(...peaks)];
    }),
  );
  if (entry.kind === 'encoder') {
    const towers = entry.architecture === 'mof' ? 2 : 1;
    const tokens = patchesOf(entry) / towers;
    const attention = 4 * entry.layers * tokens ** 2 * entry.hidden;
    return { bytes, flops: towers * (2 * encoderMatmul(entry, -2) * tokens + attention) };
  }
  const attention = 3 * 2 * entry.layers * TOKENS ** 2 * entry.hidden;
  return { bytes, flops: 6 * llmMatmul(entry) * TOKENS + attention };
}
