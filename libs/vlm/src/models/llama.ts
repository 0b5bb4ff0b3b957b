import { rmsNorm } from '@ablate/tensor';
import { flag, number, text, type ConfigSource } from './config-source.js';
import { gatedDecoder, type GatedConfig, type Norms } from './gated-decoder.js';
import { sharedLlmConfig, type LlmArchitecture } from './llm.js';
import { ONES } from './params.js';

/** Root-mean-square norms. Source: transformers `LlamaRMSNorm`, which its Trainer does not decay. */
export const rmsNorms = (isDecayed: boolean): Norms => ({
  specs: (name, width) => [
    { name: `${name}.weight`, shape: [width], init: ONES, ...(isDecayed ? {} : { undecayed: true }) },
  ],
  apply: (params, name, x, epsilon) => rmsNorm(x, params.get(`${name}.weight`), epsilon),
});

function readConfig(source: ConfigSource): GatedConfig {
  const bias = flag(source, 'attention_bias');
  return {
    ...sharedLlmConfig(source),
    hidden_act: text(source, 'hidden_act', 'silu'),
    norm_eps: number(source, 'rms_norm_eps', 1e-6),
    partial_rotary_factor: 1,
    attention_bias: bias,
    output_bias: bias,
    mlp_bias: flag(source, 'mlp_bias'),
    parallel_residual: false,
    embedding_scale: 1,
  };
}

/** Llama, TinyLlama, SmolLM2. Source: transformers `LlamaForCausalLM` (`mlp_bias` is read from 4.43 on). */
export const llama: LlmArchitecture<GatedConfig> = gatedDecoder(rmsNorms(false), readConfig);
