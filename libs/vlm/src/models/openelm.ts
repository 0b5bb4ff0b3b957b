import { openElmLayers } from '@ablate/catalogue';
import { linear as matrix, mul, rmsNorm, slice, add, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { splitSequence } from './attention.js';
import { causalAttention } from './causal-attention.js';
import { isObject, flag, number, requireThat, size, text, type ConfigSource } from './config-source.js';
import type { Context, KeysAndValues, LayerSize, LlmArchitecture, LlmConfig, LlmOutput } from './llm.js';
import { linear, linearSpecs, normal, ONES, type Params, type ParameterSpec } from './params.js';

interface OpenElmConfig extends LlmConfig {
  readonly layer_sizes: readonly LayerSize[];
  readonly qk_norm: boolean;
  readonly gated: boolean;
}

const TABLE = 'transformer.token_embeddings.weight';
const EPSILON = 1e-6;
const PROJECTIONS = ['attn.qkv_proj', 'attn.out_proj', 'ffn.proj_1', 'ffn.proj_2'];

/** One number, two to spread between, or with `isList` one a layer. */
function multipliers(source: ConfigSource, key: string, fallback: number, layers: number, isList: boolean) {
  const value: unknown = source.json[key] ?? fallback;
  if (typeof value === 'number') return value;
  const given = (Array.isArray(value) ? value : []) as unknown[];
  const numbers = given.filter((item): item is number => typeof item === 'number');
  const fits = numbers.length === given.length && (given.length === 2 || (isList && given.length === layers));
  requireThat(source, key, fits, `a number, or a list of two${isList ? ` or ${layers}` : ''} numbers`);
  return numbers;
}

/** Sizes of every layer, whatever `num_query_heads` says: the reference derives them too. */
function layerSizes(source: ConfigSource, hidden: number, headDim: number, layers: number): LayerSize[] {
  const sizes = openElmLayers({
    hidden,
    headDim,
    layers,
    queriesPerGroup: size(source, 'num_gqa_groups', 1),
    divisor: size(source, 'ffn_dim_divisor', 256),
    attention: multipliers(source, 'qkv_multipliers', 1, layers, false),
    feedForward: multipliers(source, 'ffn_multipliers', 4, layers, true),
  });
  for (const { heads, groups } of sizes)
    requireThat(source, 'num_gqa_groups', groups > 0 && heads % groups === 0, `a divisor of ${heads} heads`);
  return sizes;
}

function readConfig(source: ConfigSource): OpenElmConfig {
  const hidden = size(source, 'model_dim', 2048);
  const width = size(source, 'head_dim', 128);
  const layers = size(source, 'num_transformer_layers', 12);
  const sizes = layerSizes(source, hidden, width, layers);
  const normKind = text(source, 'normalization_layer_name', 'rms_norm');
  requireThat(source, 'normalization_layer_name', normKind === 'rms_norm', '"rms_norm"');
  requireThat(source, 'rope_scaling', !isObject(source.json['rope_scaling']), 'null');
  requireThat(source, 'head_dim', width % 2 === 0, 'an even number');
  return {
    model_type: 'openelm',
    hidden_size: hidden,
    intermediate_size: Math.max(...sizes.map(({ intermediate }) => intermediate)),
    num_hidden_layers: layers,
    num_attention_heads: Math.max(...sizes.map(({ heads }) => heads)),
    num_key_value_heads: Math.max(...sizes.map(({ groups }) => groups)),
    head_dim: width,
    hidden_act: text(source, 'activation_fn_name', 'swish'),
    vocab_size: size(source, 'vocab_size', 32000),
    max_position_embeddings: size(source, 'max_context_length', 2048),
    rope_theta: number(source, 'rope_freq_constant', 10000),
    rope_divisor: 1,
    tie_word_embeddings: flag(source, 'share_input_output_layers'),
    norm_eps: EPSILON,
    partial_rotary_factor: 1,
    attention_bias: false,
    initializer_range: number(source, 'initializer_range', 0.02),
    layer_sizes: sizes,
    qk_norm: flag(source, 'normalize_qk_projections'),
    gated: flag(source, 'ffn_with_glu', true),
  };
}

function specs(config: OpenElmConfig): ParameterSpec[] {
  const { hidden_size: d, head_dim: width } = config;
  const init = normal(config.initializer_range);
  const scale = (name: string, length: number): ParameterSpec => ({
    name: `${name}.weight`,
    shape: [length],
    init: ONES,
  });
  const layer = ({ heads, groups, intermediate: f }: LayerSize, i: number): ParameterSpec[] => {
    const prefix = `transformer.layers.${i}.`;
    return [
      ...linearSpecs(`${prefix}attn.qkv_proj`, d, (heads + 2 * groups) * width, init, false),
      ...(config.qk_norm ? [scale(`${prefix}attn.q_norm`, width), scale(`${prefix}attn.k_norm`, width)] : []),
      ...linearSpecs(`${prefix}attn.out_proj`, heads * width, d, init, false),
      ...linearSpecs(`${prefix}ffn.proj_1`, d, config.gated ? 2 * f : f, init, false),
      ...linearSpecs(`${prefix}ffn.proj_2`, f, d, init, false),
      scale(`${prefix}ffn_norm`, d),
      scale(`${prefix}attn_norm`, d),
    ];
  };
  return [
    { name: TABLE, shape: [config.vocab_size, d], init },
    ...config.layer_sizes.flatMap(layer),
    scale('transformer.norm', d),
    ...(config.tie_word_embeddings ? [] : linearSpecs('lm_head', d, config.vocab_size, init, false)),
  ];
}

const norm = (params: Params, name: string, x: Value): Value =>
  rmsNorm(x, params.get(`${name}.weight`), EPSILON);

/** Attention with one fused projection [queries | keys | values] and norms of queries and keys before rotation. */
function attention(
  params: Params,
  { heads, groups }: LayerSize,
  x: Value,
  context: Context,
  cache: KeysAndValues[],
): Value {
  const all = splitSequence(linear(params, 'qkv_proj', x), heads + 2 * groups);
  const [batch, , length, width] = all.shape as [number, number, number, number];
  const part = (start: number, count: number): Value =>
    slice(all, [0, start, 0, 0], [batch, count, length, width]);
  const normed = (name: string, y: Value): Value =>
    params.has(`${name}.weight`) ? norm(params, name, y) : y;
  const attended = causalAttention(
    {
      queries: normed('q_norm', part(0, heads)),
      keys: normed('k_norm', part(heads, groups)),
      values: part(heads + groups, groups),
    },
    context,
    cache,
  );
  return linear(params, 'out_proj', attended);
}

function feedForward(params: Params, config: OpenElmConfig, x: Value): Value {
  const act = activation(config.hidden_act);
  const inner = linear(params, 'proj_1', x);
  if (!config.gated) return linear(params, 'proj_2', act(inner));
  const [length, batch, both] = inner.shape as [number, number, number];
  const half = (start: number): Value => slice(inner, [0, 0, start], [length, batch, both / 2]);
  return linear(params, 'proj_2', mul(act(half(0)), half(both / 2)));
}

function forward(root: Params, config: OpenElmConfig, embeddings: Value, context: Context): LlmOutput {
  const cache: KeysAndValues[] = [];
  let x = embeddings;
  config.layer_sizes.forEach((sizes, i) => {
    root.graph.checkpoint(x);
    const params = root.at(`transformer.layers.${i}.`);
    x = add(x, attention(params.at('attn.'), sizes, norm(params, 'attn_norm', x), context, cache));
    x = add(x, feedForward(params.at('ffn.'), config, norm(params, 'ffn_norm', x)));
  });
  return { hidden: norm(root, 'transformer.norm', x), cache };
}

/** OpenELM (Mehta et al. 2024): heads and widths by layer. Its norms are decayed: transformers' Trainer does not know them. */
export const openelm: LlmArchitecture<OpenElmConfig> = {
  readConfig,
  specs,
  embeddingTable: TABLE,
  forward,
  logits: (params, { tie_word_embeddings }, states) =>
    matrix(states, params.get(tie_word_embeddings ? TABLE : 'lm_head.weight')),
  linearLayers: ({ num_hidden_layers }) =>
    Array.from({ length: num_hidden_layers }, (_, i) =>
      PROJECTIONS.map((name) => `transformer.layers.${i}.${name}`),
    ).flat(),
};
