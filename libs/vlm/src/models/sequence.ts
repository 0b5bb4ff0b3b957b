import { concat, gatherRows, reshape, transpose, type Graph, type Shape, type Value } from '@ablate/tensor';
import { llmArchitecture } from './architectures.js';
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

/** The table of token embeddings [V, D]. */
export const embeddingTable = (llm: Params, { model_type }: LlmConfig): Value =>
  llm.get(llmArchitecture(model_type).embeddingTable);

/** Rows of a table at indices [B, L], positions first: [L, B, D]. */
export const embed = (table: Value, indices: Value): Value => gatherRows(table, transpose(indices, [1, 0]));

/** Final states [L, B, D] at some indices of the flattened [B L] positions, [T, D]. */
export const statesAt = (hidden: Value, indices: Value): Value =>
  gatherRows(reshape(transpose(hidden, [1, 0, 2]), [-1, hidden.shape[2]!]), indices);

/**
 * The merged sequence [L, B, D]: input `rows` int32 [B, L] indexes [embedding table (V), image tokens, one zero row], so that text,
 * images and padding take one gather. Source of the rule: vlm.md 4.5.
 */
export function mergedEmbeddings(llm: Params, config: LlmConfig, image: Value | null, rows: Value): Value {
  const { graph } = rows;
  const d = config.hidden_size;
  const zero = graph.constant({ dtype: 'float32', shape: [1, d], data: new Float32Array(d) });
  const table = embeddingTable(llm, config);
  return embed(concat(image ? [table, reshape(image, [-1, d]), zero] : [table, zero], 0), rows);
}
