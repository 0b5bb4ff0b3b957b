import { add, broadcastTo, concat, mul, slice, silu, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { attend, mergeHeads, splitHeads } from './attention.js';
import { flag, number, size, text, type ConfigSource } from './config-source.js';
import { linear, linearSpecs, normal, normSpecs, ONES, type Params, type ParameterSpec } from './params.js';
import { resizedPositions } from './resized-positions.js';
import {
  norm,
  patchCount,
  patchEmbeddings,
  readVisionConfig,
  type EncoderArchitecture,
  type VisionConfig,
} from './vision-transformer.js';

/** DINOv2's own settings beside those that every vision tower has. */
interface Dinov2Config extends VisionConfig {
  readonly qkv_bias: boolean;
  readonly use_swiglu_ffn: boolean;
}

const INIT = normal(0.02);
const PATCHES = 'embeddings.patch_embeddings.projection';

function readConfig(source: ConfigSource): Dinov2Config {
  const hidden = size(source, 'hidden_size', 768);
  const swiglu = flag(source, 'use_swiglu_ffn');
  const inner = Math.floor(hidden * number(source, 'mlp_ratio', 4));
  const json = {
    ...source.json,
    // Source: transformers `Dinov2SwiGLUFFN`: two thirds, rounded up to a multiple of 8.
    intermediate_size: swiglu ? Math.floor((Math.floor((inner * 2) / 3) + 7) / 8) * 8 : inner,
  };
  return {
    ...readVisionConfig({ ...source, json }, 'gelu', 1e-6, 14),
    hidden_act: text(source, 'hidden_act', 'gelu'),
    qkv_bias: flag(source, 'qkv_bias', true),
    use_swiglu_ffn: swiglu,
  };
}

function layerSpecs(prefix: string, config: Dinov2Config): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, qkv_bias: bias } = config;
  const scale = (name: string): ParameterSpec => ({
    name: `${prefix}${name}.lambda1`,
    shape: [d],
    init: ONES,
  });
  return [
    ...normSpecs(`${prefix}norm1`, d),
    ...['query', 'key', 'value'].flatMap((name) =>
      linearSpecs(`${prefix}attention.attention.${name}`, d, d, INIT, bias),
    ),
    ...linearSpecs(`${prefix}attention.output.dense`, d, d, INIT),
    scale('layer_scale1'),
    ...normSpecs(`${prefix}norm2`, d),
    ...(config.use_swiglu_ffn
      ? [
          ...linearSpecs(`${prefix}mlp.weights_in`, d, 2 * f, INIT),
          ...linearSpecs(`${prefix}mlp.weights_out`, f, d, INIT),
        ]
      : [...linearSpecs(`${prefix}mlp.fc1`, d, f, INIT), ...linearSpecs(`${prefix}mlp.fc2`, f, d, INIT)]),
    scale('layer_scale2'),
  ];
}

/** Parameters of `Dinov2Model`, the ones that features do not need included. */
function specs(config: Dinov2Config): ParameterSpec[] {
  const { hidden_size: d, num_channels: c, patch_size: p } = config;
  return [
    { name: 'embeddings.cls_token', shape: [1, 1, d], init: INIT },
    { name: 'embeddings.mask_token', shape: [1, d], init: INIT },
    { name: `${PATCHES}.weight`, shape: [d, c, p, p], init: INIT },
    { name: `${PATCHES}.bias`, shape: [d], init: { kind: 'zeros' } },
    { name: 'embeddings.position_embeddings', shape: [1, patchCount(config) + 1, d], init: INIT },
    ...Array.from({ length: config.num_hidden_layers }, (_, i) =>
      layerSpecs(`encoder.layer.${i}.`, config),
    ).flat(),
    ...normSpecs('layernorm', d),
  ];
}

/** Source: transformers `Dinov2MLP`, `Dinov2SwiGLUFFN`. */
function feedForward(params: Params, config: Dinov2Config, x: Value): Value {
  if (!config.use_swiglu_ffn)
    return linear(params, 'mlp.fc2', activation(config.hidden_act)(linear(params, 'mlp.fc1', x)));
  const both = linear(params, 'mlp.weights_in', x);
  const [batch, tokens] = both.shape as [number, number, number];
  const half = (offset: number): Value =>
    slice(both, [0, 0, offset], [batch, tokens, config.intermediate_size]);
  return linear(params, 'mlp.weights_out', mul(silu(half(0)), half(config.intermediate_size)));
}

/** One pre-norm layer whose branches are scaled channel by channel. Source: transformers `Dinov2Layer`. */
function layer(params: Params, config: Dinov2Config, x: Value): Value {
  const { num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const h = norm(params, 'norm1', x, epsilon);
  const [q, k, v] = ['query', 'key', 'value'].map((name) =>
    splitHeads(linear(params, `attention.attention.${name}`, h), heads),
  );
  const attention = linear(params, 'attention.output.dense', mergeHeads(attend(q!, k!, v!, null)));
  const attended = add(mul(attention, params.get('layer_scale1.lambda1')), x);
  const fed = feedForward(params, config, norm(params, 'norm2', attended, epsilon));
  return add(mul(fed, params.get('layer_scale2.lambda1')), attended);
}

/** Hidden states 0..`count`, [B, 1 + N, D] each, class token first; pixels may have another size than the config's. */
function states(params: Params, config: Dinov2Config, pixels: Value, count: number): Value[] {
  const [batch, , height, width] = pixels.shape as [number, number, number, number];
  const patches = patchEmbeddings(params, config, pixels, PATCHES);
  const token = broadcastTo(params.get('embeddings.cls_token'), [batch, 1, config.hidden_size]);
  const grid = {
    rows: Math.floor(height / config.patch_size),
    columns: Math.floor(width / config.patch_size),
  };
  const table = params.get('embeddings.position_embeddings');
  // transformers keeps the table when the number of patches is equal and the image is square.
  const isNative = patches.shape[1] === patchCount(config) && height === width;
  const all = [add(concat([token, patches], 1), isNative ? table : resizedPositions(table, grid))];
  for (let i = 0; i < count; i += 1) {
    params.graph.checkpoint(all[i]!);
    all.push(layer(params.at(`encoder.layer.${i}.`), config, all[i]!));
  }
  return all;
}

/** DINOv2 (Oquab et al. 2023). Source: transformers 4.40 `modeling_dinov2.py`. */
export const dinov2: EncoderArchitecture<Dinov2Config> = {
  classToken: true,
  anySize: true,
  readConfig,
  specs,
  states,
  layerOf: (name) => {
    const index = /^encoder\.layer\.(\d+)\./.exec(name)?.[1];
    if (index !== undefined) return Number(index);
    return name.startsWith('layernorm.') || name === 'embeddings.mask_token' ? Infinity : -1;
  },
};
