import type { Value } from '@ablate/tensor';
import { flag, isObject, number, requireThat, size, type ConfigSource } from './config-source.js';
import type { Params, ParameterSpec } from './params.js';

/** Sizes of one layer, where they differ from layer to layer. */
export interface LayerSize {
  readonly heads: number;
  readonly groups: number;
  readonly intermediate: number;
}

/** The part of an LLM's config.json that the architectures here read. */
export interface LlmConfig {
  readonly model_type: string;
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly num_key_value_heads: number;
  /** Channels of one head; hidden_size / num_attention_heads unless an architecture says otherwise. */
  readonly head_dim: number;
  readonly hidden_act: string;
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
  readonly rope_theta: number;
  /** Positions are divided by it (`rope_scaling` of type linear); 1 without scaling. */
  readonly rope_divisor: number;
  readonly tie_word_embeddings: boolean;
  readonly norm_eps: number;
  /** Share of a head's channels that rotate; 1 for Llama. */
  readonly partial_rotary_factor: number;
  /** Whether query, key and value projections have biases. */
  readonly attention_bias: boolean;
  readonly initializer_range: number;
  /** Layers' own sizes (OpenELM); without them all layers have the sizes above. */
  readonly layer_sizes?: readonly LayerSize[];
}

/** Where a sequence stands and what it may see. */
export interface Context {
  /** [L, r/2] each. */
  readonly cos: Value;
  readonly sin: Value;
  /** Additive, [Q, K]. */
  readonly mask: Value;
  /** Earlier keys and values of layer i, [B, G, C, d]; absent without a cache. */
  readonly past?: (layer: number) => KeysAndValues;
}

export interface KeysAndValues {
  readonly keys: Value;
  readonly values: Value;
}

export interface LlmOutput {
  /** After the final norm, [L, B, D]. */
  readonly hidden: Value;
  /** This call's keys and values by layer, [B, G, L, d]. */
  readonly cache: readonly KeysAndValues[];
}

/** One LLM architecture: one file each, registered in `architectures.ts`. A config only meets the code that read it. */
export interface LlmArchitecture<C extends LlmConfig = LlmConfig> {
  /** Reads config.json with transformers' defaults; throws on settings that it does not compute. */
  readonly readConfig: (source: ConfigSource) => C;
  readonly specs: (config: C) => ParameterSpec[];
  /** Name of the table of token embeddings. */
  readonly embeddingTable: string;
  /** Runs all layers over embeddings [L, B, D], positions first (see `splitSequence`). */
  readonly forward: (params: Params, config: C, embeddings: Value, context: Context) => LlmOutput;
  /** Logits [N, V] of final states [N, D]. */
  readonly logits: (params: Params, config: C, states: Value) => Value;
  /** Names of the linear layers that LoRA adapts: every one but the head (vlm.md 1.5). */
  readonly linearLayers: (config: C) => string[];
}

/** Channels of a head that rotate. Source: `int(partial_rotary_factor * head_dim)`. */
export const rotaryChannels = (config: LlmConfig): number =>
  Math.floor(config.head_dim * config.partial_rotary_factor);

/** Key/value heads of a layer. */
export const groupsOf = (config: LlmConfig, layer: number): number =>
  config.layer_sizes?.[layer]?.groups ?? config.num_key_value_heads;

type OwnFields = 'hidden_act' | 'norm_eps' | 'partial_rotary_factor' | 'attention_bias';

export interface SharedOptions {
  /** Whether the architecture reads `head_dim`, and its default; without it a head has hidden_size / heads channels. */
  readonly headDim?: number;
  /** transformers' default of `tie_word_embeddings`. */
  readonly tied?: boolean;
  readonly maxPositions?: number;
}

/**
 * Fields that every LLM's config.json has, checked. `rope_parameters` is where transformers 5 keeps the rotary settings.
 * Dropout rates are not read: training here has no dropout but the adapters'.
 */
export function sharedLlmConfig(
  source: ConfigSource,
  { headDim, tied = false, maxPositions = 2048 }: SharedOptions = {},
): Omit<LlmConfig, OwnFields> {
  const heads = size(source, 'num_attention_heads');
  const hidden = size(source, 'hidden_size');
  const groups = size(source, 'num_key_value_heads', heads);
  const rope = rotarySource(source);
  if (headDim === undefined) {
    requireThat(source, 'num_attention_heads', hidden % heads === 0, `a divisor of hidden_size ${hidden}`);
    requireThat(
      source,
      'head_dim',
      size(source, 'head_dim', hidden / heads) === hidden / heads,
      `hidden_size / num_attention_heads = ${hidden / heads}`,
    );
  }
  requireThat(source, 'num_key_value_heads', heads % groups === 0, `a divisor of ${heads} heads`);
  return {
    model_type: String(source.json['model_type']),
    hidden_size: hidden,
    intermediate_size: size(source, 'intermediate_size'),
    num_hidden_layers: size(source, 'num_hidden_layers'),
    num_attention_heads: heads,
    num_key_value_heads: groups,
    head_dim: size(source, 'head_dim', headDim ?? hidden / heads),
    vocab_size: size(source, 'vocab_size'),
    max_position_embeddings: size(source, 'max_position_embeddings', maxPositions),
    rope_theta: number(rope, 'rope_theta', 10000),
    rope_divisor: ropeDivisor(source),
    tie_word_embeddings: flag(source, 'tie_word_embeddings', tied),
    initializer_range: number(source, 'initializer_range', 0.02),
  };
}

/** Where rotary settings stand: the config itself, or its `rope_parameters`. */
export function rotarySource({ file, json }: ConfigSource): ConfigSource {
  const parameters = json['rope_parameters'];
  return isObject(parameters) ? { file, json: parameters } : { file, json };
}

/** What positions are divided by: `linear` scaling is computed, every other kind refused. Source: transformers `LlamaLinearScalingRotaryEmbedding`. */
function ropeDivisor(source: ConfigSource): number {
  const rope = rotarySource(source);
  const scaling = source.json['rope_scaling'] ?? null;
  const isScaled = scaling !== null;
  requireThat(source, 'rope_scaling', !isScaled || isObject(scaling), 'null or an object');
  const settings = isObject(scaling) ? { ...source, json: scaling } : rope;
  const kind = settings.json['rope_type'] ?? settings.json['type'] ?? 'default';
  const known = kind === 'default' || kind === 'linear';
  if (isScaled) requireThat(source, 'rope_scaling', known, 'null, or of type "linear"');
  else requireThat(rope, 'rope_type', known, '"default" or "linear"');
  return kind === 'linear' ? number(settings, 'factor') : 1;
}

/** Refuses a rotary share that gives no channels, or an odd number. */
export function requireRotary(source: ConfigSource, config: LlmConfig): void {
  const channels = rotaryChannels(config);
  requireThat(
    rotarySource(source),
    'partial_rotary_factor',
    channels > 0 && channels % 2 === 0,
    'a share that gives an even number of channels',
  );
}
