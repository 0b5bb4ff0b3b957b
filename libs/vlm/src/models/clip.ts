import { add, gatherRows, matMul, reshape, slice, type Value } from '@ablate/tensor';
import {
  linear,
  linearSpecs,
  normal,
  normSpecs,
  prefixed,
  ZEROS,
  type Params,
  type ParameterSpec,
} from './params.js';
import {
  hiddenStates,
  layerOf,
  layerSpecs,
  norm,
  patchCount,
  patchEmbeddings,
  readVisionConfig,
  withClassToken,
  type EncoderArchitecture,
  type TransformerConfig,
  type VisionConfig,
} from './vision-transformer.js';

export interface ClipTextConfig extends TransformerConfig {
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
}

const INIT = normal(0.02);
const layers = (config: TransformerConfig): ParameterSpec[] =>
  Array.from({ length: config.num_hidden_layers }, (_, i) =>
    layerSpecs(`encoder.layers.${i}.`, config),
  ).flat();

/** Parameters of `CLIPVisionModel`, the ones that features do not need included. */
export function clipVisionSpecs(config: VisionConfig): ParameterSpec[] {
  const { hidden_size: d, num_channels: c, patch_size: p } = config;
  return prefixed('vision_model.', [
    { name: 'embeddings.class_embedding', shape: [d], init: INIT },
    { name: 'embeddings.patch_embedding.weight', shape: [d, c, p, p], init: INIT },
    { name: 'embeddings.position_embedding.weight', shape: [patchCount(config) + 1, d], init: INIT },
    ...normSpecs('pre_layrnorm', d),
    ...layers(config),
    ...normSpecs('post_layernorm', d),
  ]);
}

/** Hidden states up to layer `count` of CLIP's vision tower, [B, 1 + N, D] each, class token first. Source: transformers `CLIPVisionTransformer`. */
function clipVisionStates(root: Params, config: VisionConfig, pixels: Value, count: number): Value[] {
  const params = root.at('vision_model.');
  const embeddings = params.at('embeddings.');
  const tokens = withClassToken(embeddings, patchEmbeddings(embeddings, config, pixels));
  const placed = add(tokens, embeddings.get('position_embedding.weight'));
  return hiddenStates(
    params,
    config,
    norm(params, 'pre_layrnorm', placed, config.layer_norm_eps),
    count,
    null,
  );
}

/** Image embedding [B, E]: class token of the last layer, post-norm, projection. Source: `CLIPModel.get_image_features`. */
export function clipImageEmbedding(root: Params, config: VisionConfig, pixels: Value): Value {
  const last = clipVisionStates(root, config, pixels, config.num_hidden_layers).at(-1)!;
  const [batch, , width] = last.shape as [number, number, number];
  const token = reshape(slice(last, [0, 0, 0], [batch, 1, width]), [batch, width]);
  const pooled = norm(root.at('vision_model.'), 'post_layernorm', token, config.layer_norm_eps);
  return linear(root, 'visual_projection', pooled);
}

/** Parameters of `CLIPModel` besides the vision tower's. */
export function clipTextSpecs(
  text: ClipTextConfig,
  vision: VisionConfig,
  projection: number,
): ParameterSpec[] {
  const d = text.hidden_size;
  return [
    ...prefixed('text_model.', [
      { name: 'embeddings.token_embedding.weight', shape: [text.vocab_size, d], init: INIT },
      { name: 'embeddings.position_embedding.weight', shape: [text.max_position_embeddings, d], init: INIT },
      ...layers(text),
      ...normSpecs('final_layer_norm', d),
    ]),
    ...linearSpecs('visual_projection', vision.hidden_size, projection, INIT, false),
    ...linearSpecs('text_projection', d, projection, INIT, false),
    { name: 'logit_scale', shape: [], init: ZEROS },
  ];
}

/**
 * Text embedding [T, E] of ids [T, L]: causal tower, state at the end token, projection. `ends` [T] int32 index the end
 * tokens in the flattened [T L] rows; `mask` is the causal mask [L, L]. Source: transformers `CLIPTextTransformer`.
 */
export function clipTextEmbedding(
  root: Params,
  config: ClipTextConfig,
  ids: Value,
  ends: Value,
  mask: Value,
): Value {
  const params = root.at('text_model.');
  const [, length] = ids.shape as [number, number];
  const positions = slice(
    params.get('embeddings.position_embedding.weight'),
    [0, 0],
    [length, config.hidden_size],
  );
  const embeddings = add(gatherRows(params.get('embeddings.token_embedding.weight'), ids), positions);
  const last = hiddenStates(params, config, embeddings, config.num_hidden_layers, mask).at(-1)!;
  const rows = gatherRows(reshape(last, [-1, config.hidden_size]), ends);
  return matMul(
    norm(params, 'final_layer_norm', rows, config.layer_norm_eps),
    root.get('text_projection.weight'),
    { transposeB: true },
  );
}

export const clip: EncoderArchitecture = {
  classToken: true,
  anySize: false,
  readConfig: (source) => readVisionConfig(source, 'quick_gelu', 1e-5, 32),
  specs: clipVisionSpecs,
  states: clipVisionStates,
  layerOf,
};
