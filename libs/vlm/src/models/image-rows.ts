import { broadcastTo, concat, Graph, slice, type Value } from '@ablate/tensor';
import { encoderArchitecture } from './architectures.js';
import { neededLayers } from './backbone.js';
import { connect } from './connectors.js';
import { droppedTokens, encoderParts } from './encoder-parts.js';
import type { Params } from './params.js';
import { imagePatches, paramsOf, type VlmStructure } from './structure.js';
import { inputSize } from './vision-transformer.js';

/** Selected image tokens [B, N, V] of pixels [B, C, H, W] (vlm.md 1.1, 4.6). */
function selectedTokens(
  params: Params,
  { type, config, select }: VlmStructure['encoder'],
  pixels: Value,
): Value {
  const features = encoderParts({ type, config }).map((part) => {
    const { states } = encoderArchitecture(part.type);
    const layers = neededLayers(part.config, select.selectLayer);
    const state = states(params.at(part.prefix), part.config, pixels, layers).at(-1)!;
    const [batch, tokens, width] = state.shape as [number, number, number];
    const drop = droppedTokens(part.type, select.tokens);
    return slice(state, [0, drop, 0], [batch, tokens - drop, width]);
  });
  return concat(features, 1);
}

/** Graph of a frozen encoder: input `pixels` [B, C, H, W], output `features` [B, N, V]. */
export function featureGraph(structure: VlmStructure, batch: number): Graph {
  const graph = new Graph();
  const { config } = structure.encoder;
  const edge = inputSize(config);
  const pixels = graph.input('pixels', [batch, config.num_channels, edge, edge]);
  graph.setOutput(
    'features',
    selectedTokens(paramsOf(graph, structure, false).at('encoder.'), structure.encoder, pixels),
  );
  return graph;
}

/** Where a graph's images come from: `features` of a frozen encoder, `pixels` of a trained one. */
export type ImageInput = 'features' | 'pixels';

/**
 * Image tokens as the LLM sees them, [images, Q, H], of the graph input `features` [images, N, V] or `pixels` [images, C, H, W].
 */
export function imageRows(params: Params, structure: VlmStructure, images: number, input: ImageInput): Value {
  const shape = inputShape(structure, images, input);
  return throughConnector(params, structure, params.graph.input(input, shape), input);
}

/**
 * Image tokens of one image of zeros that no row refers to: where a step has no image, its visual parameters still get a gradient,
 * of zeros, so that their optimiser state advances. Source: the Factory gives text-only samples such an image (vlm.md 4.5).
 */
export function blankImageRows(params: Params, structure: VlmStructure, input: ImageInput): Value {
  const zero = params.graph.constant({ dtype: 'float32', shape: [], data: new Float32Array(1) });
  return throughConnector(params, structure, broadcastTo(zero, inputShape(structure, 1, input)), input);
}

function inputShape(structure: VlmStructure, images: number, input: ImageInput): number[] {
  const { config } = structure.encoder;
  const edge = inputSize(config);
  return input === 'pixels'
    ? [images, config.num_channels, edge, edge]
    : [images, imagePatches(structure), config.hidden_size];
}

function throughConnector(
  params: Params,
  { encoder, connector }: VlmStructure,
  x: Value,
  input: ImageInput,
): Value {
  const features = input === 'pixels' ? selectedTokens(params.at('encoder.'), encoder, x) : x;
  return connect(params.at('connector.'), connector, features);
}
