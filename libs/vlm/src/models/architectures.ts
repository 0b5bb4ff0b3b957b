import { AblateError } from '@ablate/errors';
import { clipVisionSpecs, clipVisionStates } from './clip.js';
import { llama } from './llama.js';
import type { LlmArchitecture, LlmConfig } from './llm.js';
import type { Params, ParameterSpec } from './params.js';
import { phi } from './phi.js';
import { siglipVisionSpecs, siglipVisionStates } from './siglip.js';
import type { VisionConfig } from './vision-transformer.js';
import type { Value } from '@ablate/tensor';

export interface EncoderArchitecture {
  readonly classToken: boolean;
  specs(config: VisionConfig): ParameterSpec[];
  /** Hidden states 0..count. */
  states(params: Params, config: VisionConfig, pixels: Value, count: number): Value[];
}

const encoders: Readonly<Record<string, EncoderArchitecture>> = {
  clip_vision_model: { classToken: true, specs: clipVisionSpecs, states: clipVisionStates },
  siglip_vision_model: { classToken: false, specs: siglipVisionSpecs, states: siglipVisionStates },
};
const llms: Readonly<Record<string, LlmArchitecture>> = { llama, phi };

type Json = Readonly<Record<string, unknown>>;

const unsupported = (file: string, type: unknown, known: readonly string[]): never => {
  throw new AblateError('UNKNOWN_ARCHITECTURE', `${file}: model_type "${String(type)}" is not supported.`, {
    path: file,
    value: type,
    rule: `One of ${known.join(', ')}.`,
    fix: 'Use a checkpoint of a supported architecture.',
  });
};

const number = (file: string, json: Json, key: string, fallback?: number): number => {
  const value = json[key] ?? fallback;
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new AblateError('BAD_CONFIG', `${file}: "${key}" is missing or no number.`, {
    path: `${file}: ${key}`,
    value: json[key] ?? null,
    rule: 'A number.',
    fix: 'Restore the config.json that belongs to the weights.',
  });
};

export const encoderArchitecture = (type: string): EncoderArchitecture => encoders[type]!;
export const llmArchitecture = (type: string): LlmArchitecture => llms[type]!;

/** Vision config of a vision-only or a full CLIP/SigLIP config.json; `file` is named in errors. */
export function visionConfig(file: string, json: Json): { type: string; config: VisionConfig } {
  const full = json['vision_config'] as Json | undefined;
  const type = full ? `${String(json['model_type'])}_vision_model` : String(json['model_type']);
  if (!encoders[type]) unsupported(file, json['model_type'], ['clip', 'siglip', ...Object.keys(encoders)]);
  const source = full ?? json;
  const siglip = type === 'siglip_vision_model';
  const config: VisionConfig = {
    hidden_size: number(file, source, 'hidden_size', 768),
    intermediate_size: number(file, source, 'intermediate_size', 3072),
    num_hidden_layers: number(file, source, 'num_hidden_layers', 12),
    num_attention_heads: number(file, source, 'num_attention_heads', 12),
    hidden_act: String(source['hidden_act'] ?? (siglip ? 'gelu_pytorch_tanh' : 'quick_gelu')),
    layer_norm_eps: number(file, source, 'layer_norm_eps', siglip ? 1e-6 : 1e-5),
    image_size: number(file, source, 'image_size', 224),
    patch_size: number(file, source, 'patch_size', siglip ? 16 : 32),
    num_channels: number(file, source, 'num_channels', 3),
  };
  return { type, config };
}

/** LLM config of a config.json, with transformers' defaults. */
export function llmConfig(file: string, json: Json): LlmConfig {
  const type = String(json['model_type']);
  if (!llms[type]) unsupported(file, json['model_type'], Object.keys(llms));
  const heads = number(file, json, 'num_attention_heads');
  const isPhi = type === 'phi';
  return {
    model_type: type,
    hidden_size: number(file, json, 'hidden_size'),
    intermediate_size: number(file, json, 'intermediate_size'),
    num_hidden_layers: number(file, json, 'num_hidden_layers'),
    num_attention_heads: heads,
    num_key_value_heads: number(file, json, 'num_key_value_heads', heads),
    hidden_act: String(json['hidden_act'] ?? (isPhi ? 'gelu_new' : 'silu')),
    vocab_size: number(file, json, 'vocab_size'),
    max_position_embeddings: number(file, json, 'max_position_embeddings', 2048),
    rope_theta: number(file, json, 'rope_theta', 10000),
    tie_word_embeddings: json['tie_word_embeddings'] === true,
    norm_eps: isPhi ? number(file, json, 'layer_norm_eps', 1e-5) : number(file, json, 'rms_norm_eps', 1e-6),
    partial_rotary_factor: isPhi ? number(file, json, 'partial_rotary_factor', 0.5) : 1,
    attention_bias: json['attention_bias'] === true,
    initializer_range: number(file, json, 'initializer_range', 0.02),
  };
}
