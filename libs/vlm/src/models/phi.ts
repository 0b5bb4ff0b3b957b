import { add, linear as matrix, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { splitSequence } from './attention.js';
import { causalAttention } from './causal-attention.js';
import { flag, number, requireThat, text, type ConfigSource } from './config-source.js';
import {
  requireRotary,
  rotarySource,
  sharedLlmConfig,
  type Context,
  type KeysAndValues,
  type LlmArchitecture,
  type LlmConfig,
  type LlmOutput,
} from './llm.js';
import { linear, linearSpecs, normal, normSpecs, ZEROS, type Params, type ParameterSpec } from './params.js';
import { norm } from './vision-transformer.js';

const PROJECTIONS = [
  'self_attn.q_proj',
  'self_attn.k_proj',
  'self_attn.v_proj',
  'self_attn.dense',
  'mlp.fc1',
  'mlp.fc2',
];

function readConfig(source: ConfigSource): LlmConfig {
  requireThat(source, 'qk_layernorm', !flag(source, 'qk_layernorm'), 'false');
  const rope = rotarySource(source);
  const config: LlmConfig = {
    ...sharedLlmConfig(source),
    hidden_act: text(source, 'hidden_act', 'gelu_new'),
    norm_eps: number(source, 'layer_norm_eps', 1e-5),
    partial_rotary_factor: number(rope, 'partial_rotary_factor', 0.5),
    attention_bias: true,
  };
  requireRotary(source, config);
  return config;
}

function specs(config: LlmConfig): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f } = config;
  const init = normal(config.initializer_range);
  const kv = config.head_dim * config.num_key_value_heads;
  const layer = (prefix: string): ParameterSpec[] => [
    ...normSpecs(`${prefix}input_layernorm`, d),
    ...linearSpecs(`${prefix}self_attn.q_proj`, d, d, init),
    ...linearSpecs(`${prefix}self_attn.k_proj`, d, kv, init),
    ...linearSpecs(`${prefix}self_attn.v_proj`, d, kv, init),
    ...linearSpecs(`${prefix}self_attn.dense`, d, d, init),
    ...linearSpecs(`${prefix}mlp.fc1`, d, f, init),
    ...linearSpecs(`${prefix}mlp.fc2`, f, d, init),
  ];
  return [
    { name: 'model.embed_tokens.weight', shape: [config.vocab_size, d], init },
    ...Array.from({ length: config.num_hidden_layers }, (_, i) => layer(`model.layers.${i}.`)).flat(),
    ...normSpecs('model.final_layernorm', d),
    ...(config.tie_word_embeddings
      ? [{ name: 'lm_head.bias', shape: [config.vocab_size], init: ZEROS }]
      : linearSpecs('lm_head', d, config.vocab_size, init)),
  ];
}

/** Source: transformers `PhiModel`: one norm, attention and MLP side by side, partial rotary, biases everywhere. */
function forward(root: Params, config: LlmConfig, embeddings: Value, context: Context): LlmOutput {
  const { num_attention_heads: heads, num_key_value_heads: groups, norm_eps } = config;
  const act = activation(config.hidden_act);
  const cache: KeysAndValues[] = [];
  let x = embeddings;
  for (let i = 0; i < config.num_hidden_layers; i += 1) {
    root.graph.checkpoint(x);
    const params = root.at(`model.layers.${i}.`);
    const h = norm(params, 'input_layernorm', x, norm_eps);
    const attention = causalAttention(
      {
        queries: splitSequence(linear(params, 'self_attn.q_proj', h), heads),
        keys: splitSequence(linear(params, 'self_attn.k_proj', h), groups),
        values: splitSequence(linear(params, 'self_attn.v_proj', h), groups),
      },
      context,
      cache,
    );
    const attended = linear(params, 'self_attn.dense', attention);
    const fed = linear(params, 'mlp.fc2', act(linear(params, 'mlp.fc1', h)));
    x = add(add(attended, fed), x);
  }
  return { hidden: norm(root, 'model.final_layernorm', x, norm_eps), cache };
}

export const phi: LlmArchitecture = {
  readConfig,
  specs,
  embeddingTable: 'model.embed_tokens.weight',
  forward,
  logits: (params, { tie_word_embeddings }, states) =>
    matrix(
      states,
      params.get(tie_word_embeddings ? 'model.embed_tokens.weight' : 'lm_head.weight'),
      params.get('lm_head.bias'),
    ),
  linearLayers: ({ num_hidden_layers }) =>
    Array.from({ length: num_hidden_layers }, (_, i) =>
      PROJECTIONS.map((name) => `model.layers.${i}.${name}`),
    ).flat(),
};
