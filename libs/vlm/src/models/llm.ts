import type { Value } from '@ablate/tensor';
import { flag, isObject, number, requireThat, size, type ConfigSource } from './config-source.js';
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
  /** After the final norm, [L, B, D]. */
  readonly hidden: Value;
  /** This call's keys and values by layer, [B, G, L, d]. */
  readonly cache: readonly { readonly keys: Value; readonly values: Value }[];
}

/** One LLM architecture: one file each, registered in `architectures.ts`. */
export interface LlmArchitecture {
  /** Reads config.json with transformers' defaults; throws on settings that it does not compute. */
  readonly readConfig: (source: ConfigSource) => LlmConfig;
  readonly specs: (config: LlmConfig) => ParameterSpec[];
  /** Runs all layers over embeddings [L, B, D], positions first (see `splitSequence`). */
  readonly forward: (params: Params, config: LlmConfig, embeddings: Value, context: Context) => LlmOutput;
  /** Logits [N, V] of final states [N, D]. */
  readonly logits: (params: Params, config: LlmConfig, states: Value) => Value;
  /** Names of the linear layers that LoRA adapts: every one but the head (vlm.md 1.5). */
  readonly linearLayers: (config: LlmConfig) => string[];
}

/** Channels of a head that rotate. */
export const rotaryChannels = (config: LlmConfig): number =>
  Math.floor((config.hidden_size / config.num_attention_heads) * config.partial_rotary_factor);

type OwnFields = 'hidden_act' | 'norm_eps' | 'partial_rotary_factor' | 'attention_bias';

/**
 * Fields that every LLM's config.json has, checked. `rope_parameters` is where transformers 5 keeps the rotary settings.
 * Dropout rates are not read: training here has no dropout but the adapters'.
 */
export function sharedLlmConfig(source: ConfigSource): Omit<LlmConfig, OwnFields> {
  const heads = size(source, 'num_attention_heads');
  const hidden = size(source, 'hidden_size');
  const groups = size(source, 'num_key_value_heads', heads);
  const rope = rotarySource(source);
  requireThat(source, 'num_attention_heads', hidden % heads === 0, `a divisor of hidden_size ${hidden}`);
  requireThat(source, 'num_key_value_heads', heads % groups === 0, `a divisor of ${heads} heads`);
  requireThat(
    source,
    'head_dim',
    size(source, 'head_dim', hidden / heads) === hidden / heads,
    `hidden_size / num_attention_heads = ${hidden / heads}`,
  );
  return {
    model_type: String(source.json['model_type']),
    hidden_size: hidden,
    intermediate_size: size(source, 'intermediate_size'),
    num_hidden_layers: size(source, 'num_hidden_layers'),
    num_attention_heads: heads,
    num_key_value_heads: groups,
    vocab_size: size(source, 'vocab_size'),
    max_position_embeddings: size(source, 'max_position_embeddings', 2048),
    rope_theta: number(rope, 'rope_theta', 10000),
    tie_word_embeddings: flag(source, 'tie_word_embeddings'),
    initializer_range: number(source, 'initializer_range', 0.02),
  };
}

/** Where rotary settings stand: the config itself, or its `rope_parameters`. Scaled frequencies are refused. */
export function rotarySource(source: ConfigSource): ConfigSource {
  const { file, json } = source;
  requireThat(source, 'rope_scaling', (json['rope_scaling'] ?? null) === null, 'null');
  const parameters = json['rope_parameters'];
  if (!isObject(parameters)) return source;
  const rope = { file, json: parameters };
  requireThat(rope, 'rope_type', (parameters['rope_type'] ?? 'default') === 'default', '"default"');
  return rope;
}
