import { concat, gatherRows, reshape, type Graph, type Shape, type Value } from '@ablate/tensor';
import { rotaryChannels, type LlmConfig } from './llm.js';
import type { Params } from './params.js';

/** Shapes of one step. */
export interface StepShape {
  readonly batch: number;
  /** Positions a row, padding included. */
  readonly length: number;
  readonly images: number;
  /** Positions with a target, padded; logits are only computed there. */
  readonly targets: number;
}

/** Inputs `cos`, `sin` [L, r/2] and `mask` [L, L]; fed from `rotaryTables` and `causalMask`. */
export function contextInputs(
  graph: Graph,
  config: LlmConfig,
  length: number,
  seen: Shape,
): { cos: Value; sin: Value; mask: Value } {
  const half = rotaryChannels(config) / 2;
  return {
    cos: graph.input('cos', [length, half]),
    sin: graph.input('sin', [length, half]),
    mask: graph.input('mask', seen),
  };
}

/**
 * The merged sequence: input `rows` int32 [B, L] indexes [embedding table (V), image tokens, one zero row], so that text,
 * images and padding take one gather. Source of the rule: vlm.md 4.5.
 */
export function mergedEmbeddings(llm: Params, config: LlmConfig, image: Value | null, rows: Value): Value {
  const { graph } = rows;
  const d = config.hidden_size;
  const zero = graph.constant({ dtype: 'float32', shape: [1, d], data: new Float32Array(d) });
  const table = llm.get('model.embed_tokens.weight');
  return gatherRows(concat(image ? [table, reshape(image, [-1, d]), zero] : [table, zero], 0), rows);
}
