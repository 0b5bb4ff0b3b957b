import { add, broadcastTo, gatherRows, reshape, slice, linear as matrix, type Value } from '@ablate/tensor';
import { activation } from './activation.js';
import { attend, mergeHeads, splitHeads } from './attention.js';
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
  type EncoderArchitecture,
  type TransformerConfig,
  type VisionConfig,
} from './vision-transformer.js';

export interface SiglipTextConfig extends TransformerConfig {
  readonly vocab_size: number;
  readonly max_position_embeddings: number;
}

const INIT = normal(0.02);
const layers = (config: TransformerConfig): ParameterSpec[] =>
  Array.from({ length: config.num_hidden_layers }, (_, i) =>
    layerSpecs(`encoder.layers.${i}.`, config),
  ).flat();

/** Parameters of `SiglipVisionModel`, pooling head included. */
export function siglipVisionSpecs(config: VisionConfig): ParameterSpec[] {
  const { hidden_size: d, intermediate_size: f, num_channels: c, patch_size: p } = config;
  return prefixed('vision_model.', [
    { name: 'embeddings.patch_embedding.weight', shape: [d, c, p, p], init: INIT },
    { name: 'embeddings.patch_embedding.bias', shape: [d], init: ZEROS },
    { name: 'embeddings.position_embedding.weight', shape: [patchCount(config), d], init: INIT },
    ...layers(config),
    ...normSpecs('post_layernorm', d),
    { name: 'head.probe', shape: [1, 1, d], init: INIT },
    { name: 'head.attention.in_proj_weight', shape: [3 * d, d], init: INIT },
    { name: 'head.attention.in_proj_bias', shape: [3 * d], init: ZEROS },
    ...linearSpecs('head.attention.out_proj', d, d, INIT),
    ...normSpecs('head.layernorm', d),
    ...linearSpecs('head.mlp.fc1', d, f, INIT),
    ...linearSpecs('head.mlp.fc2', f, d, INIT),
  ]);
}

/** Hidden states up to layer `count` of SigLIP's vision tower, [B, N, D] each. Source: transformers `SiglipVisionTransformer`. */
function siglipVisionStates(root: Params, config: VisionConfig, pixels: Value, count: number): Value[] {
  const params = root.at('vision_model.');
  const embeddings = params.at('embeddings.');
  const placed = add(
    patchEmbeddings(embeddings, config, pixels),
    embeddings.get('position_embedding.weight'),
  );
  return hiddenStates(params, config, placed, count, null);
}

/** Image embedding [B, D]: a learned probe attends to the post-normed last layer. Source: `SiglipMultiheadAttentionPoolingHead`. */
export function siglipImageEmbedding(root: Params, config: VisionConfig, pixels: Value): Value {
  const { hidden_size: d, num_attention_heads: heads, layer_norm_eps: epsilon } = config;
  const params = root.at('vision_model.');
  const last = siglipVisionStates(root, config, pixels, config.num_hidden_layers).at(-1)!;
  const x = norm(params, 'post_layernorm', last, epsilon);
  const head = params.at('head.');
  const project = (input: Value, part: number): Value => {
    const weight = slice(head.get('attention.in_proj_weight'), [part * d, 0], [d, d]);
    return splitHeads(
      matrix(input, weight, slice(head.get('attention.in_proj_bias'), [part * d], [d])),
      heads,
    );
  };
  const batch = pixels.shape[0]!;
  const probe = broadcastTo(head.get('probe'), [batch, 1, d]);
  const pooled = linear(
    head,
    'attention.out_proj',
    mergeHeads(attend(project(probe, 0), project(x, 1), project(x, 2), null)),
  );
  const inner = linear(head, 'mlp.fc1', norm(head, 'layernorm', pooled, epsilon));
  return reshape(add(pooled, linear(head, 'mlp.fc2', activation(config.hidden_act)(inner))), [batch, d]);
}

/** Parameters of `SiglipModel` besides the vision tower's. */
export function siglipTextSpecs(text: SiglipTextConfig): ParameterSpec[] {
  const d = text.hidden_size;
  return [
    ...prefixed('text_model.', [
      { name: 'embeddings.token_embedding.weight', shape: [text.vocab_size, d], init: INIT },
      { name: 'embeddings.position_embedding.weight', shape: [text.max_position_embeddings, d], init: INIT },
      ...layers(text),
      ...normSpecs('final_layer_norm', d),
      ...linearSpecs('head', d, d, INIT),
    ]),
    { name: 'logit_scale', shape: [1], init: ZEROS },
    { name: 'logit_bias', shape: [1], init: ZEROS },
  ];
}

/** Text embedding [T, D] of ids [T, L], every position seen, last position pooled. Source: transformers `SiglipTextTransformer`. */
export function siglipTextEmbedding(root: Params, config: SiglipTextConfig, ids: Value): Value {
  const params = root.at('text_model.');
  const [texts, length] = ids.shape as [number, number];
  const d = config.hidden_size;
  const positions = slice(params.get('embeddings.position_embedding.weight'), [0, 0], [length, d]);
  const embeddings = add(gatherRows(params.get('embeddings.token_embedding.weight'), ids), positions);
  const last = hiddenStates(params, config, embeddings, config.num_hidden_layers, null).at(-1)!;
  const pooled = slice(
    norm(params, 'final_layer_norm', last, config.layer_norm_eps),
    [0, length - 1, 0],
    [texts, 1, d],
  );
  return linear(params, 'head', reshape(pooled, [texts, d]));
}

export const siglip: EncoderArchitecture = {
  classToken: false,
  anySize: false,
  readConfig: (source) => readVisionConfig(source, 'gelu_pytorch_tanh', 1e-6, 16),
  specs: siglipVisionSpecs,
  states: siglipVisionStates,
  layerOf,
};
