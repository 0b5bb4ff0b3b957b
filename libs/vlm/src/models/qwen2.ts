import { flag, number, requireThat, size, text, type ConfigSource } from './config-source.js';
import { gatedDecoder, type GatedConfig } from './gated-decoder.js';
import { rmsNorms } from './llama.js';
import { sharedLlmConfig, type LlmArchitecture } from './llm.js';

function readConfig(source: ConfigSource): GatedConfig {
  const shared = sharedLlmConfig(source, { maxPositions: 32768 });
  requireThat(
    source,
    'use_sliding_window',
    !flag(source, 'use_sliding_window') ||
      size(source, 'sliding_window', 4096) >= shared.max_position_embeddings,
    'false, or a sliding_window of at least max_position_embeddings',
  );
  return {
    ...shared,
    hidden_act: text(source, 'hidden_act', 'silu'),
    norm_eps: number(source, 'rms_norm_eps', 1e-6),
    partial_rotary_factor: 1,
    attention_bias: true,
    output_bias: false,
    mlp_bias: false,
    parallel_residual: false,
    embedding_scale: 1,
  };
}

/** Qwen2 and Qwen2.5: Llama with biased queries, keys and values. transformers 4.40 decays its norms, as it does not know them as such. */
export const qwen2: LlmArchitecture<GatedConfig> = gatedDecoder(rmsNorms(true), readConfig);
