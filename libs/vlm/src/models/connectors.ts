import type { ConnectorConfig } from '@ablate/catalogue';
import { add, broadcastTo, concat, gelu, reshape, slice, type Value } from '@ablate/tensor';
import { attend, mergeHeads, splitHeads } from './attention.js';
import {
  linear,
  linearSpecs,
  normal,
  normSpecs,
  prefixed,
  type Params,
  type ParameterSpec,
} from './params.js';
import { pixelShuffle, pixelShuffleSpecs } from './pixel-shuffle.js';
import { qformer, qformerSpecs } from './qformer.js';
import { norm } from './vision-transformer.js';

/** Fresh connectors start at N(0, 0.02) with zero biases; latents at N(0, 1). Source: TinyLLaVA Factory `_init_weights`; vlm.md 1.2. */
const INIT = normal(0.02);
const EPSILON = 1e-5;

const mlpSpecs = (depth: number, vision: number, hidden: number): ParameterSpec[] =>
  Array.from({ length: depth }, (_, i) =>
    linearSpecs(String(2 * i), i === 0 ? vision : hidden, hidden, INIT),
  ).flat();

/** Parameters of a connector from vision width V to LLM width H; names below `connector.` are the Factory's. */
export function connectorSpecs(config: ConnectorConfig, vision: number, hidden: number): ParameterSpec[] {
  switch (config.kind) {
    case 'identity':
      return [];
    case 'linear':
      return linearSpecs('', vision, hidden, INIT);
    case 'mlp':
      return mlpSpecs(config.depth, vision, hidden);
    case 'mof_mlp':
      return ['clip.', 'dinov2.'].flatMap((part) => prefixed(part, mlpSpecs(2, vision, hidden)));
    case 'qformer':
      return qformerSpecs(config, vision, hidden);
    case 'pixel_shuffle':
      return pixelShuffleSpecs(config.factor, vision, hidden);
    case 'resampler': {
      const inner = config.heads * config.headDim;
      const layer = (i: number): ParameterSpec[] =>
        prefixed(`layers.${i}.`, [
          ...normSpecs('0.norm_media', hidden),
          ...normSpecs('0.norm_latents', hidden),
          ...linearSpecs('0.to_q', hidden, inner, INIT, false),
          ...linearSpecs('0.to_kv', hidden, 2 * inner, INIT, false),
          ...linearSpecs('0.to_out', inner, hidden, INIT, false),
          ...normSpecs('1.0', hidden),
          ...linearSpecs('1.1', hidden, 4 * hidden, INIT, false),
          ...linearSpecs('1.3', 4 * hidden, hidden, INIT, false),
        ]);
      return [
        { name: 'latents', shape: [config.numQueries, hidden], init: normal(1) },
        ...linearSpecs('linear', vision, hidden, INIT),
        ...Array.from({ length: config.depth }, (_, i) => layer(i)).flat(),
        ...normSpecs('norm', hidden),
      ];
    }
  }
}

/** Image tokens [B, N, V] -> LLM tokens [B, Q, H]. Source: TinyLLaVA Factory `model/connector/*.py`. */
export function connect(params: Params, config: ConnectorConfig, features: Value): Value {
  switch (config.kind) {
    case 'identity':
      return features;
    case 'linear':
      return linear(params, '', features);
    case 'mlp':
      return mlp(params, config.depth, features);
    case 'mof_mlp':
      return mixed(params, features);
    case 'qformer':
      return qformer(params, config, features);
    case 'pixel_shuffle':
      return linear(params, 'proj', pixelShuffle(features, config.factor));
    case 'resampler':
      return resample(params, config, linear(params, 'linear', features));
  }
}

function mlp(params: Params, depth: number, features: Value): Value {
  let x = linear(params, '0', features);
  for (let i = 1; i < depth; i += 1) x = linear(params, String(2 * i), gelu(x));
  return x;
}

/**
 * Mixture of features: the first half of the tokens [B, 2N, V] is CLIP's, the second DINOv2's; each goes through an MLP of its own
 * and the results alternate. Source: the Factory's `mof_mlp.py`; Tong et al. 2024.
 */
function mixed(params: Params, features: Value): Value {
  const [batch, tokens, vision] = features.shape as [number, number, number];
  const count = tokens / 2;
  const branch = (name: string, start: number): Value => {
    const y = mlp(params.at(name), 2, slice(features, [0, start, 0], [batch, count, vision]));
    return reshape(y, [batch, count, 1, y.shape[2]!]);
  };
  const both = concat([branch('clip.', 0), branch('dinov2.', count)], 2);
  return reshape(both, [batch, tokens, both.shape[3]!]);
}

/** Perceiver resampler: latents attend to media and themselves. Source: Alayrac et al. 2022; the Factory's `resampler.py`. */
function resample(
  params: Params,
  config: Extract<ConnectorConfig, { kind: 'resampler' }>,
  media: Value,
): Value {
  const [batch, , hidden] = media.shape as [number, number, number];
  const { numQueries, heads, headDim } = config;
  const inner = heads * headDim;
  let latents = broadcastTo(params.get('latents'), [batch, numQueries, hidden]);
  for (let i = 0; i < config.depth; i += 1) {
    const attention = params.at(`layers.${i}.0.`);
    const queries = norm(attention, 'norm_latents', latents, EPSILON);
    const seen = concat([norm(attention, 'norm_media', media, EPSILON), queries], 1);
    const kv = linear(attention, 'to_kv', seen);
    const part = (offset: number): Value =>
      splitHeads(slice(kv, [0, 0, offset], [batch, seen.shape[1]!, inner]), heads);
    const attended = attend(
      splitHeads(linear(attention, 'to_q', queries), heads),
      part(0),
      part(inner),
      null,
    );
    latents = add(latents, linear(attention, 'to_out', mergeHeads(attended)));
    const feedForward = params.at(`layers.${i}.1.`);
    const expanded = gelu(linear(feedForward, '1', norm(feedForward, '0', latents, EPSILON)));
    latents = add(latents, linear(feedForward, '3', expanded));
  }
  return norm(params, 'norm', latents, EPSILON);
}
