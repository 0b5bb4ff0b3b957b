import { broadcastTo, concat, layerNorm, mul, reshape } from '@ablate/tensor';
import { flag, number, text, type ConfigSource } from './config-source.js';
import { gatedDecoder, type GatedConfig, type Norms } from './gated-decoder.js';
import { requireRotary, rotarySource, sharedLlmConfig, type LlmArchitecture } from './llm.js';
import { normSpecs, ONES } from './params.js';
import { norm } from './vision-transformer.js';

interface StableLmConfig extends GatedConfig {
  readonly qk_layernorm: boolean;
}

/** Layer norms; of queries and keys one without bias a head. Source: transformers `StableLmLayerNormPerHead`. */
const norms: Norms = {
  specs: normSpecs,
  apply: norm,
  heads: {
    specs: (config) =>
      (config as StableLmConfig).qk_layernorm
        ? [
            ['q_layernorm', config.num_attention_heads] as const,
            ['k_layernorm', config.num_key_value_heads] as const,
          ].flatMap(([name, heads]) =>
            Array.from({ length: heads }, (_, i) => ({
              name: `${name}.norms.${i}.weight`,
              shape: [config.head_dim],
              init: ONES,
              undecayed: true,
            })),
          )
        : [],
    apply: (params, name, x, config) => {
      if (!(config as StableLmConfig).qk_layernorm) return x;
      const [, heads, , width] = x.shape as [number, number, number, number];
      const one = params.graph.constant({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
      const scales = Array.from({ length: heads }, (_, i) =>
        reshape(params.get(`${name}.norms.${i}.weight`), [1, 1, width]),
      );
      return mul(layerNorm(x, broadcastTo(one, [width]), null, config.norm_eps), concat(scales, 0));
    },
  },
};

function readConfig(source: ConfigSource): StableLmConfig {
  const config: StableLmConfig = {
    ...sharedLlmConfig(source, { maxPositions: 4096 }),
    hidden_act: text(source, 'hidden_act', 'silu'),
    norm_eps: number(source, 'layer_norm_eps', 1e-5),
    partial_rotary_factor: number(rotarySource(source), 'partial_rotary_factor', 0.25),
    attention_bias: flag(source, 'use_qkv_bias'),
    output_bias: false,
    mlp_bias: false,
    parallel_residual: flag(source, 'use_parallel_residual'),
    qk_layernorm: flag(source, 'qk_layernorm'),
    embedding_scale: 1,
  };
  requireRotary(source, config);
  return config;
}

/** StableLM-2: layer norms, partial rotary, optional parallel residual. Source: transformers `StableLmForCausalLM`. */
export const stablelm: LlmArchitecture<GatedConfig> = gatedDecoder(norms, readConfig);
