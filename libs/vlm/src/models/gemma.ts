import { add, rmsNorm } from '@ablate/tensor';
import { flag, number, text, type ConfigSource } from './config-source.js';
import { gatedDecoder, type GatedConfig, type Norms } from './gated-decoder.js';
import { sharedLlmConfig, type LlmArchitecture } from './llm.js';
import { ZEROS } from './params.js';

/** Scale by 1 + weight. Source: transformers `GemmaRMSNorm`. */
const norms: Norms = {
  specs: (name, width) => [{ name: `${name}.weight`, shape: [width], init: ZEROS, undecayed: true }],
  apply: (params, name, x, epsilon) => rmsNorm(x, add(params.get(`${name}.weight`), 1), epsilon),
};

function readConfig(source: ConfigSource): GatedConfig {
  const bias = flag(source, 'attention_bias');
  const shared = sharedLlmConfig(source, { headDim: 256, tied: true, maxPositions: 8192 });
  return {
    ...shared,
    // Without `hidden_activation`, transformers takes the tanh GELU whatever `hidden_act` says.
    hidden_act: text(source, 'hidden_activation', 'gelu_pytorch_tanh'),
    norm_eps: number(source, 'rms_norm_eps', 1e-6),
    partial_rotary_factor: 1,
    attention_bias: bias,
    output_bias: bias,
    mlp_bias: false,
    parallel_residual: false,
    embedding_scale: Math.sqrt(shared.hidden_size),
  };
}

/** Gemma. Source: transformers `GemmaForCausalLM`: embeddings, images included, are multiplied by sqrt(hidden_size). */
export const gemma: LlmArchitecture<GatedConfig> = gatedDecoder(norms, readConfig);
