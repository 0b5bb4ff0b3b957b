import { add, concat, linear as matrix, mul, rmsNorm, rotary, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { attend, mergeSequence, repeatHeads, splitSequence } from './attention.js';
import { flag, number, requireThat, text, type ConfigSource } from './config-source.js';
import {
  sharedLlmConfig,
  type Context,
  type LlmArchitecture,
  type LlmConfig,
  type LlmOutput,
} from './llm.js';
import { linear, linearSpecs, normal, ONES, type Params, type ParameterSpec } from './params.js';

const PROJECTIONS = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.o_proj',
  'mlp.gate_proj',
  'mlp.up_proj',
  'mlp.down_proj',
];

function readConfig(source: ConfigSource): LlmConfig {
  requireThat(source, 'mlp_bias', !flag(source, 'mlp_bias'), 'false');
  return {
    ...sharedLlmConfig(source),
    hidden_act: text(source, 'hidden_act', 'silu'),
    norm_eps: number(source, 'rms_norm_eps', 1e-6),
    partial_rotary_factor: 1,
    attention_bias: flag(source, 'attention_bias'),
  };
}

function specs(config: LlmConfig): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, attention_bias: bias } = config;
  const init = normal(config.initializer_range);
  const kv = (d / config.num_attention_heads) * config.num_key_value_heads;
  const layer = (prefix: string): ParameterSpec[] => [
    { name: `${prefix}input_layernorm.weight`, shape: [d], init: ONES },
    ...linearSpecs(`${prefix}self_attn.q_proj`, d, d, init, bias),
    ...linearSpecs(`${prefix}self_attn.k_proj`, d, kv, init, bias),
    ...linearSpecs(`${prefix}self_attn.v_proj`, d, kv, init, bias),
    ...linearSpecs(`${prefix}self_attn.o_proj`, d, d, init, bias),
    { name: `${prefix}post_attention_layernorm.weight`, shape: [d], init: ONES },
    ...linearSpecs(`${prefix}mlp.gate_proj`, d, f, init, false),
    ...linearSpecs(`${prefix}mlp.up_proj`, d, f, init, false),
    ...linearSpecs(`${prefix}mlp.down_proj`, f, d, init, false),
  ];
  return [
    { name: 'model.embed_tokens.weight', shape: [config.vocab_size, d], init },
    ...Array.from({ length: config.num_hidden_layers }, (_, i) => layer(`model.layers.${i}.`)).flat(),
    { name: 'model.norm.weight', shape: [d], init: ONES },
    ...(config.tie_word_embeddings ? [] : linearSpecs('lm_head', d, config.vocab_size, init, false)),
  ];
}

/** Source: transformers `LlamaModel`: pre-norm, grouped queries, rotary positions, gated MLP. */
function forward(
  root: Params,
  config: LlmConfig,
  embeddings: Value,
  { cos, sin, mask, past }: Context,
): LlmOutput {
  const { num_attention_heads: heads, num_key_value_heads: groups } = config;
  const act = activation(config.hidden_act);
  const norm = (params: Params, name: string, x: Value): Value =>
    rmsNorm(x, params.get(`${name}.weight`), config.norm_eps);
  const cache: { keys: Value; values: Value }[] = [];
  let x = embeddings;
  for (let i = 0; i < config.num_hidden_layers; i += 1) {
    const params = root.at(`model.layers.${i}.`);
    const h = norm(params, 'input_layernorm', x);
    const q = rotary(splitSequence(linear(params, 'self_attn.q_proj', h), heads), cos, sin);
    const keys = rotary(splitSequence(linear(params, 'self_attn.k_proj', h), groups), cos, sin);
    const values = splitSequence(linear(params, 'self_attn.v_proj', h), groups);
    cache.push({ keys, values });
    const before = past?.(i);
    const k = repeatHeads(before ? concat([before.keys, keys], 2) : keys, heads);
    const v = repeatHeads(before ? concat([before.values, values], 2) : values, heads);
    x = add(x, linear(params, 'self_attn.o_proj', mergeSequence(attend(q, k, v, mask))));
    const m = norm(params, 'post_attention_layernorm', x);
    x = add(
      x,
      linear(
        params,
        'mlp.down_proj',
        mul(act(linear(params, 'mlp.gate_proj', m)), linear(params, 'mlp.up_proj', m)),
      ),
    );
  }
  return { hidden: norm(root, 'model.norm', x), cache };
}

export const llama: LlmArchitecture = {
  readConfig,
  specs,
  forward,
  logits: (params, { tie_word_embeddings }, states) =>
    matrix(states, params.get(tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight')),
  linearLayers: ({ num_hidden_layers }) =>
    Array.from({ length: num_hidden_layers }, (_, i) =>
      PROJECTIONS.map((name) => `model.layers.${i}.${name}`),
    ).flat(),
};
