import type { Value } from '@ablate/tensor';
import type { Params, ParameterSpec } from './params.js';

/** The part of an LLM's config.json that the architectures here read. */
export interface LlmConfig {
  readonly model_type: string;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  readonly hidden_act: string;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly rope_theta: number;
  readonly tie_word_embeddings: boolean;
  readonly norm_eps: number;
  /** Share of a head's channels that rotate; 1 for Llama. */
  readonly partial_rotary_factor: number;
  readonly attention_bias: boolean;
  readonly initializer_range: number;
}

/** Where a sequence stands and what it may see. */
export interface Context {
  /** [L, r/2] each. */
  readonly cos: Value;
  readonly sin: Value;
  /** Additive, [Q, K]. */
  readonly mask: Value;
  /** Earlier keys and values of layer i, [B, G, C, d]; absent without a cache. */
  readonly past?: (layer: number) => { readonly keys: Value; readonly values: Value };
}

export interface LlmOutput {
  /** After the final norm, [B, L, D]. */
  readonly hidden: Value;
  /** This call's keys and values by layer, [B, G, L, d]. */
  readonly cache: readonly { readonly keys: Value; readonly values: Value }[];
}

/** One LLM architecture: one file each. */
export interface LlmArchitecture {
  specs(config: LlmConfig): ParameterSpec[];
  forward(params: Params, config: LlmConfig, embeddings: Value, context: Context): LlmOutput;
  /** Logits [N, V] of final states [N, D]. */
  logits(params: Params, config: LlmConfig, states: Value): Value;
  /** Names of the linear layers that LoRA adapts: every one but the head (vlm.md 1.5). */
  linearLayers(config: LlmConfig): string[];
}

/** Channels of a head that rotate. */
export const rotaryChannels = (config: LlmConfig): number =>
  Math.floor((config.hidden_size / config.num_attention_heads) * config.partial_rotary_factor);
