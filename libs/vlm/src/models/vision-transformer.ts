import {
  add,
  broadcastTo,
  concat,
  layerNorm,
  linear as matrix,
  reshape,
  slice,
  transpose,
  type Value,
} from '@ablate/tensor';
import { activation } from './activation.js';
import { attend, mergeHeads, splitHeads } from './attention.js';
import { number, requireThat, size, text, type ConfigSource } from './config-source.js';
import { linear, linearSpecs, normal, normSpecs, type Params, type ParameterSpec } from './params.js';

/** What CLIP's and SigLIP's towers have in common, named as in their config.json. */
export interface TransformerConfig {
  readonly hidden_size: number;
  readonly intermediate_size: number;
  readonly num_hidden_layers: number;
  readonly num_attention_heads: number;
  readonly hidden_act: string;
  readonly layer_norm_eps: number;
}

export interface VisionConfig extends TransformerConfig {
  readonly image_size: number;
  readonly patch_size: number;
  readonly num_channels: number;
  /** Edge of the images that the encoder is given, where it is not `image_size` (DINOv2 takes its processor's). */
  readonly input_size?: number;
  /** The encoders of a mixture of features, which share everything above but their depth and positions. */
  readonly mixture?: readonly {
    readonly name: 'clip' | 'dinov2';
    readonly type: string;
    readonly config: VisionConfig;
  }[];
}

/** One vision encoder architecture: one file each, registered in `architectures.ts`. A config only meets the code that read it. */
export interface EncoderArchitecture<C extends VisionConfig = VisionConfig> {
  /** Whether the first token is a class token. */
  readonly classToken: boolean;
  /** Whether positions are resized for images of another size than the config's. */
  readonly anySize: boolean;
  /** Reads the vision part of a config.json with transformers' defaults. */
  readonly readConfig: (source: ConfigSource) => C;
  readonly specs: (config: C) => ParameterSpec[];
  /** Hidden states 0..count of pixels [B, C, H, W], [B, tokens, D] each. */
  readonly states: (params: Params, config: C, pixels: Value, count: number) => Value[];
  /** Layer that reads a parameter: -1 = the embeddings, infinite = nothing that hidden states need. */
  readonly layerOf: (name: string) => number;
}

/** `layerOf` of CLIP and SigLIP: what stands behind the encoder stack is for pooled outputs only. */
export function layerOf(name: string): number {
  const index = /\.encoder\.layers\.(\d+)\./.exec(name)?.[1];
  return index !== undefined ? Number(index) : /post_layernorm|\.head\./.test(name) ? Infinity : -1;
}

const INIT = normal(0.02);

/** Reads what CLIP's and SigLIP's vision towers share; the arguments are where transformers' defaults differ. */
export function readVisionConfig(
  source: ConfigSource,
  hiddenAct: string,
  epsilon: number,
  patch: number,
): VisionConfig {
  const hidden = size(source, 'hidden_size', 768);
  const heads = size(source, 'num_attention_heads', 12);
  requireThat(source, 'num_attention_heads', hidden % heads === 0, `a divisor of hidden_size ${hidden}`);
  const image = size(source, 'image_size', 224);
  requireThat(
    source,
    'patch_size',
    size(source, 'patch_size', patch) <= image,
    `at most image_size ${image}`,
  );
  return {
    hidden_size: hidden,
    intermediate_size: size(source, 'intermediate_size', 3072),
    num_hidden_layers: size(source, 'num_hidden_layers', 12),
    num_attention_heads: heads,
    hidden_act: text(source, 'hidden_act', hiddenAct),
    layer_norm_eps: number(source, 'layer_norm_eps', epsilon),
    image_size: image,
    patch_size: size(source, 'patch_size', patch),
    num_channels: size(source, 'num_channels', 3),
  };
}

/** Patches of an image; a rest that fills no patch is left out, as a strided convolution does (384 / 14 gives 27). */
export const patchCount = ({ image_size, patch_size }: VisionConfig): number =>
  Math.floor(image_size / patch_size) ** 2;

/** Edge of an encoder's images. */
export const inputSize = ({ input_size, image_size }: VisionConfig): number => input_size ?? image_size;

/** Patches of the images that an encoder is given. */
export function inputGrid(config: VisionConfig): { rows: number; columns: number } {
  const edge = Math.floor(inputSize(config) / config.patch_size);
  return { rows: edge, columns: edge };
}

export const layerSpecs = (
  prefix: string,
  { hidden_size: d, intermediate_size: f }: TransformerConfig,
): ParameterSpec[] => [
  ...['k_proj', 'v_proj', 'q_proj', 'out_proj'].flatMap((name) =>
    linearSpecs(`${prefix}self_attn.${name}`, d, d, INIT),
  ),
  ...normSpecs(`${prefix}layer_norm1`, d),
  ...linearSpecs(`${prefix}mlp.fc1`, d, f, INIT),
  ...linearSpecs(`${prefix}mlp.fc2`, f, d, INIT),
  ...normSpecs(`${prefix}layer_norm2`, d),
];

export const norm = (params: Params, name: string, x: Value, epsilon: number): Value =>
  layerNorm(x, params.get(`${name}.weight`), params.get(`${name}.bias`), epsilon);

/** One pre-norm encoder layer. Source: transformers `CLIPEncoderLayer`, `SiglipEncoderLayer`. */
export function encoderLayer(params: Params, config: TransformerConfig, x: Value, mask: Value | null): Value {
  const heads = config.num_attention_heads;
  const h = norm(params, 'layer_norm1', x, config.layer_norm_eps);
  const [q, k, v] = ['q_proj', 'k_proj', 'v_proj'].map((name) =>
    splitHeads(linear(params, `self_attn.${name}`, h), heads),
  );
  const attended = add(x, linear(params, 'self_attn.out_proj', mergeHeads(attend(q!, k!, v!, mask))));
  const inner = linear(params, 'mlp.fc1', norm(params, 'layer_norm2', attended, config.layer_norm_eps));
  return add(attended, linear(params, 'mlp.fc2', activation(config.hidden_act)(inner)));
}

/**
 * Hidden states 0..`layers` of an encoder stack (0 = its input); layers beyond are not computed.
 * Source: transformers, `output_hidden_states`.
 */
export function hiddenStates(
  params: Params,
  config: TransformerConfig,
  embeddings: Value,
  layers: number,
  mask: Value | null,
): Value[] {
  const states = [embeddings];
  for (let i = 0; i < layers; i += 1) {
    params.graph.checkpoint(states[i]!);
    states.push(encoderLayer(params.at(`encoder.layers.${i}.`), config, states[i]!, mask));
  }
  return states;
}

/** Pixels [B, C, H, W] -> patch embeddings [B, N, D], row-major patches; a stride = kernel convolution as a matrix product. */
export function patchEmbeddings(
  params: Params,
  config: VisionConfig,
  pixels: Value,
  name = 'patch_embedding',
): Value {
  const { patch_size: p, hidden_size: d } = config;
  const [batch, channels, height, width] = pixels.shape as [number, number, number, number];
  const [rows, columns] = [Math.floor(height / p), Math.floor(width / p)];
  const whole =
    rows * p === height && columns * p === width
      ? pixels
      : slice(pixels, [0, 0, 0, 0], [batch, channels, rows * p, columns * p]);
  const cut = reshape(whole, [batch, channels, rows, p, columns, p]);
  const patches = reshape(transpose(cut, [0, 2, 4, 1, 3, 5]), [batch, rows * columns, channels * p * p]);
  const weight = reshape(params.get(`${name}.weight`), [d, channels * p * p]);
  return matrix(patches, weight, params.has(`${name}.bias`) ? params.get(`${name}.bias`) : undefined);
}

/** Puts a learned class token before the patches. */
export function withClassToken(params: Params, patches: Value): Value {
  const [batch, , width] = patches.shape as [number, number, number];
  return concat([broadcastTo(params.get('class_embedding'), [batch, 1, width]), patches], 1);
}
