import { add, linear as matrix, mul, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { splitSequence } from './attention.js';
import { causalAttention } from './causal-attention.js';
import type { ConfigSource } from './config-source.js';
import type { Context, KeysAndValues, LlmArchitecture, LlmConfig, LlmOutput } from './llm.js';
import { linear, linearSpecs, normal, type Params, type ParameterSpec } from './params.js';

/** What decoders with a gated MLP differ in beyond Llama's settings. */
export interface GatedConfig extends LlmConfig {
  readonly output_bias: boolean;
  readonly mlp_bias: boolean;
  /** Attention and MLP side by side, both from the first norm (StableLM). */
  readonly parallel_residual: boolean;
  /** What embeddings are multiplied by, images included (Gemma); 1 = nothing. */
  readonly embedding_scale: number;
}

/** How an architecture normalises. */
export interface Norms {
  readonly specs: (name: string, width: number) => ParameterSpec[];
  readonly apply: (params: Params, name: string, x: Value, epsilon: number) => Value;
  /** Norms of queries and keys [B, H, L, d] before rotation; absent without them. */
  readonly heads?: {
    readonly specs: (config: GatedConfig) => ParameterSpec[];
    /** `name` is `q_layernorm` or `k_layernorm`; gives x back where the config has none. */
    readonly apply: (params: Params, name: string, x: Value, config: GatedConfig) => Value;
  };
}

const PROJECTIONS = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
];

function specsOf(config: GatedConfig, norms: Norms): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, attention_bias, output_bias, mlp_bias } = config;
  const init = normal(config.initializer_range);
  const inner = config.head_dim * config.num_attention_heads;
  const kv = config.head_dim * config.num_key_value_heads;
  const layer = (prefix: string): ParameterSpec[] => [
    ...norms.specs(`${prefix}input_layernorm`, d),
    ...linearSpecs(`${prefix}self_attn.q_proj`, d, inner, init, attention_bias),
    ...linearSpecs(`${prefix}self_attn.k_proj`, d, kv, init, attention_bias),
    ...linearSpecs(`${prefix}self_attn.v_proj`, d, kv, init, attention_bias),
    ...linearSpecs(`${prefix}self_attn.o_proj`, inner, d, init, output_bias),
    ...(norms.heads?.specs(config) ?? []).map((spec) => ({
      ...spec,
      name: `${prefix}self_attn.${spec.name}`,
    })),
    ...(config.parallel_residual ? [] : norms.specs(`${prefix}post_attention_layernorm`, d)),
    ...linearSpecs(`${prefix}mlp.gate_proj`, d, f, init, mlp_bias),
    ...linearSpecs(`${prefix}mlp.up_proj`, d, f, init, mlp_bias),
    ...linearSpecs(`${prefix}mlp.down_proj`, f, d, init, mlp_bias),
  ];
  return [
    { name: 'model.embed_tokens.weight', shape: [config.vocab_size, d], init },
    ...Array.from({ length: config.num_hidden_layers }, (_, i) => layer(`model.layers.${i}.`)).flat(),
    ...norms.specs('model.norm', d),
    ...(config.tie_word_embeddings ? [] : linearSpecs('lm_head', d, config.vocab_size, init, false)),
  ];
}

function forward(
  root: Params,
  config: GatedConfig,
  embeddings: Value,
  context: Context,
  norms: Norms,
): LlmOutput {
  const act = activation(config.hidden_act);
  const norm = (params: Params, name: string, x: Value): Value =>
    norms.apply(params, name, x, config.norm_eps);
  const cache: KeysAndValues[] = [];
  let x = config.embedding_scale === 1 ? embeddings : mul(embeddings, config.embedding_scale);
  for (let i = 0; i < config.num_hidden_layers; i += 1) {
    root.graph.checkpoint(x);
    const params = root.at(`model.layers.${i}.`);
    const own = params.at('self_attn.');
    const h = norm(params, 'input_layernorm', x);
    const project = (name: string, heads: number): Value => splitSequence(linear(own, name, h), heads);
    const normHeads = (name: string, y: Value): Value => norms.heads?.apply(own, name, y, config) ?? y;
    const attention = causalAttention(
      {
        queries: normHeads('q_layernorm', project('q_proj', config.num_attention_heads)),
        keys: normHeads('k_layernorm', project('k_proj', config.num_key_value_heads)),
        values: project('v_proj', config.num_key_value_heads),
      },
      context,
      cache,
    );
    const attended = add(x, linear(own, 'o_proj', attention));
    const m = config.parallel_residual ? h : norm(params, 'post_attention_layernorm', attended);
    const gated = mul(act(linear(params, 'mlp.gate_proj', m)), linear(params, 'mlp.up_proj', m));
    x = add(attended, linear(params, 'mlp.down_proj', gated));
  }
  return { hidden: norm(root, 'model.norm', x), cache };
}

/** Pre-norm decoder with grouped queries, rotary positions and a gated MLP. Source: transformers `LlamaModel` and what is copied from it. */
export const gatedDecoder = (
  norms: Norms,
  readConfig: (source: ConfigSource) => GatedConfig,
): LlmArchitecture<GatedConfig> => ({
  readConfig,
  specs: (config) => specsOf(config, norms),
  embeddingTable: 'model.embed_tokens.weight',
  forward: (params, config, embeddings, context) => forward(params, config, embeddings, context, norms),
  logits: (params, { tie_word_embeddings }, states) =>
    matrix(states, params.get(tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')),
  linearLayers: ({ num_hidden_layers }) =>
    Array.from({ length: num_hidden_layers }, (_, i) =>
      PROJECTIONS.map((name) => `model.layers.${i}.${name}`),
    ).flat(),
});
