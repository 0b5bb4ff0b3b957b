import type { ConnectorConfig, EncoderConfig, LoraConfig } from '@ablate/catalogue';
import {
  concat,
  crossEntropy,
  gatherRows,
  Graph,
  gradients,
  mul,
  reshape,
  slice,
  sum,
  type Shape,
  type Value,
} from '@ablate/tensor';
import { encoderArchitecture, llmArchitecture } from './architectures.js';
import type { Encoder, Llm } from './backbone.js';
import { neededLayers } from './backbone.js';
import { connect, connectorSpecs, connectorTokens } from './connectors.js';
import type { LlmConfig, LlmOutput } from './llm.js';
import { rotaryChannels } from './llm.js';
import { Params, prefixed, ZEROS, type LoraScale, type ParameterSpec } from './params.js';
import type { VisionConfig } from './vision-transformer.js';

/** What a vision-language model is made of; parameters are named `encoder.*`, `connector.*`, `llm.*`. */
export interface VlmStructure {
  readonly encoder: {
    readonly type: string;
    readonly config: VisionConfig;
    readonly select: Pick<EncoderConfig, 'selectLayer' | 'tokens'>;
  };
  readonly connector: ConnectorConfig;
  readonly llm: LlmConfig;
  /** Adapters on the LLM's linear layers, null = none. */
  readonly lora: LoraConfig | null;
}

export const structureOf = (
  encoder: Encoder,
  select: VlmStructure['encoder']['select'],
  connector: ConnectorConfig,
  llm: Llm,
  lora: LoraConfig | null,
): VlmStructure => ({
  encoder: { type: encoder.type, config: encoder.config, select },
  connector,
  llm: llm.config,
  lora,
});

/** Tokens a selected hidden state gives per image. */
export function imagePatches({ encoder }: VlmStructure): number {
  const { image_size, patch_size } = encoder.config;
  const { classToken } = encoderArchitecture(encoder.type);
  const patches = (image_size / patch_size) ** 2;
  if (encoder.select.tokens === 'cls-patch') return patches + (classToken ? 1 : 0);
  return encoder.select.tokens === 'legacy-siglip' && !classToken ? patches - 1 : patches;
}

/** Tokens an image takes in the LLM's sequence. */
export const imageTokens = (structure: VlmStructure): number =>
  connectorTokens(structure.connector, imagePatches(structure));

/** Adapter parameters: A uniform within 1/sqrt(in) (Kaiming, a = sqrt 5), B zero. Source: peft `LoraLayer.reset_lora_parameters`. */
export function loraSpecs(config: LlmConfig, { rank }: LoraConfig): ParameterSpec[] {
  const architecture = llmArchitecture(config.model_type);
  const shapes = new Map(architecture.specs(config).map(({ name, shape }) => [name, shape]));
  return architecture.linearLayers(config).flatMap((name) => {
    const [outputs, inputs] = shapes.get(`${name}.weight`) as [number, number];
    return [
      {
        name: `${name}.lora_A.weight`,
        shape: [rank, inputs],
        init: { kind: 'uniform', limit: 1 / Math.sqrt(inputs) },
      },
      { name: `${name}.lora_B.weight`, shape: [outputs, rank], init: ZEROS },
    ] satisfies ParameterSpec[];
  });
}

/** All parameters of a structure, by part. */
export function vlmSpecs(
  structure: VlmStructure,
): Record<'encoder' | 'connector' | 'llm' | 'lora', ParameterSpec[]> {
  const { encoder, connector, llm, lora } = structure;
  return {
    encoder: prefixed('encoder.', encoderArchitecture(encoder.type).specs(encoder.config)),
    connector: prefixed('connector.', connectorSpecs(connector, encoder.config.hidden_size, llm.hidden_size)),
    llm: prefixed('llm.', llmArchitecture(llm.model_type).specs(llm)),
    lora: lora ? prefixed('llm.', loraSpecs(llm, lora)) : [],
  };
}

const paramsOf = (graph: Graph, structure: VlmStructure, training: boolean): Params => {
  const { lora } = structure;
  const scale: LoraScale | null = lora && {
    scale: lora.alpha / lora.rank,
    dropout: training && lora.dropout > 0,
  };
  return Params.of(graph, Object.values(vlmSpecs(structure)).flat(), scale);
};

/** Selected image tokens [B, N, V] of pixels [B, C, H, W] (vlm.md 1.1, 4.6). */
export function selectedTokens(
  params: Params,
  { type, config, select }: VlmStructure['encoder'],
  pixels: Value,
): Value {
  const { classToken, states } = encoderArchitecture(type);
  const state = states(params, config, pixels, neededLayers(config, select.selectLayer)).at(-1)!;
  const [batch, tokens, width] = state.shape as [number, number, number];
  const drop = (classToken && select.tokens !== 'cls-patch') || select.tokens === 'legacy-siglip' ? 1 : 0;
  return slice(state, [0, drop, 0], [batch, tokens - drop, width]);
}

/** Graph of a frozen encoder: input `pixels` [B, C, H, W], output `features` [B, N, V]. */
export function featureGraph(structure: VlmStructure, batch: number): Graph {
  const graph = new Graph();
  const { num_channels, image_size } = structure.encoder.config;
  const pixels = graph.input('pixels', [batch, num_channels, image_size, image_size]);
  graph.setOutput(
    'features',
    selectedTokens(paramsOf(graph, structure, false).at('encoder.'), structure.encoder, pixels),
  );
  return graph;
}

/** Shapes of one step. */
export interface StepShape {
  readonly batch: number;
  /** Positions a row, padding included. */
  readonly length: number;
  readonly images: number;
  /** Positions with a target, padded; logits are only computed there. */
  readonly targets: number;
}

/** Inputs `cos`, `sin` [L, r/2] and `mask` [L, L]; fed from `rotaryTables` and `causalMask`. */
function contextInputs(
  graph: Graph,
  config: LlmConfig,
  length: number,
  seen: Shape,
): { cos: Value; sin: Value; mask: Value } {
  const half = rotaryChannels(config) / 2;
  return {
    cos: graph.input('cos', [length, half]),
    sin: graph.input('sin', [length, half]),
    mask: graph.input('mask', seen),
  };
}

/**
 * The merged sequence: input `rows` int32 [B, L] indexes [embedding table (V), image tokens, one zero row], so that text,
 * images and padding take one gather. Source of the rule: vlm.md 4.5.
 */
function mergedEmbeddings(llm: Params, config: LlmConfig, image: Value | null, rows: Value): Value {
  const { graph } = rows;
  const d = config.hidden_size;
  const zero = graph.constant({ dtype: 'float32', shape: [1, d], data: new Float32Array(d) });
  const table = llm.get('model.embed_tokens.weight');
  return gatherRows(concat(image ? [table, reshape(image, [-1, d]), zero] : [table, zero], 0), rows);
}

function imageRows(
  params: Params,
  structure: VlmStructure,
  images: number,
  trainEncoder: boolean,
): Value | null {
  if (images === 0) return null;
  const { encoder, connector } = structure;
  const { num_channels, image_size, hidden_size } = encoder.config;
  const features = trainEncoder
    ? selectedTokens(
        params.at('encoder.'),
        encoder,
        params.graph.input('pixels', [images, num_channels, image_size, image_size]),
      )
    : params.graph.input('features', [images, imagePatches(structure), hidden_size]);
  return connect(params.at('connector.'), connector, features);
}

/**
 * Graph of one training step. Inputs: parameters by name, `features` [I, N, V] (or `pixels` when the encoder is trained),
 * `rows` [B, L], `targets` int32 [T] (positions in the flattened rows), `labels` int32 [T] (the next token, -100 = none),
 * `loss_scale` [] (1 / number of targets), `cos`, `sin`, `mask`, dropout masks. Outputs: `loss`, `grad.<name>` of `trained`.
 */
export function trainingGraph(structure: VlmStructure, shape: StepShape, trained: readonly string[]): Graph {
  const graph = new Graph();
  const params = paramsOf(graph, structure, true);
  const image = imageRows(
    params,
    structure,
    shape.images,
    trained.some((name) => name.startsWith('encoder.')),
  );
  const rows = graph.input('rows', [shape.batch, shape.length], 'int32');
  const loss = languageLoss(
    params.at('llm.'),
    structure.llm,
    (llm) => mergedEmbeddings(llm, structure.llm, image, rows),
    shape,
  );
  finish(graph, loss, trained);
  return graph;
}

/** The same step on text alone: `rows` are token ids. For language modelling; parameters are named as in the checkpoint below `llm.`. */
export function languageGraph(
  config: LlmConfig,
  shape: Omit<StepShape, 'images'>,
  trained: readonly string[],
): Graph {
  const graph = new Graph();
  const params = Params.of(graph, prefixed('llm.', llmArchitecture(config.model_type).specs(config)));
  const rows = graph.input('rows', [shape.batch, shape.length], 'int32');
  const embed = (llm: Params): Value => gatherRows(llm.get('model.embed_tokens.weight'), rows);
  finish(graph, languageLoss(params.at('llm.'), config, embed, shape), trained);
  return graph;
}

/** Logits [T, V] of text at `targets`, for measuring a language model. Inputs as in `languageGraph`, without labels. */
export function languageLogitsGraph(
  config: LlmConfig,
  { batch, length, targets }: Omit<StepShape, 'images'>,
): Graph {
  const graph = new Graph();
  const { specs, forward, logits } = llmArchitecture(config.model_type);
  const llm = Params.of(graph, prefixed('llm.', specs(config))).at('llm.');
  const embeddings = gatherRows(
    llm.get('model.embed_tokens.weight'),
    graph.input('rows', [batch, length], 'int32'),
  );
  const { hidden } = forward(llm, config, embeddings, contextInputs(graph, config, length, [length, length]));
  const states = gatherRows(
    reshape(hidden, [-1, config.hidden_size]),
    graph.input('targets', [targets], 'int32'),
  );
  graph.setOutput('logits', logits(llm, config, states));
  return graph;
}

function languageLoss(
  llm: Params,
  config: LlmConfig,
  embed: (llm: Params) => Value,
  shape: Omit<StepShape, 'images'>,
): Value {
  const { graph } = llm;
  const { forward, logits } = llmArchitecture(config.model_type);
  const context = contextInputs(graph, config, shape.length, [shape.length, shape.length]);
  const { hidden } = forward(llm, config, embed(llm), context);
  const states = gatherRows(
    reshape(hidden, [-1, config.hidden_size]),
    graph.input('targets', [shape.targets], 'int32'),
  );
  const losses = crossEntropy(logits(llm, config, states), graph.input('labels', [shape.targets], 'int32'));
  return mul(sum(losses, [0]), graph.input('loss_scale', []));
}

function finish(graph: Graph, loss: Value, trained: readonly string[]): void {
  graph.setOutput('loss', loss);
  const used = trained.filter((name) => graph.inputs.has(name));
  gradients(
    loss,
    used.map((name) => graph.inputs.get(name)!),
  ).forEach((value, i) => graph.setOutput(`grad.${used[i]!}`, value));
}

const setCache = (graph: Graph, { cache }: LlmOutput): void =>
  cache.forEach(({ keys, values }, layer) => {
    graph.setOutput(`keys.${layer}`, keys);
    graph.setOutput(`values.${layer}`, values);
  });

/**
 * Prompt pass. Inputs: parameters, `features` [I, N, V], `rows` [B, L], `last` int32 [B] (each row's last position in the
 * flattened rows), `cos`, `sin`, `mask`. Outputs: `logits` [B, V], `keys.<layer>`, `values.<layer>` [B, G, L, d].
 */
export function prefillGraph(
  structure: VlmStructure,
  { batch, length, images }: Omit<StepShape, 'targets'>,
): Graph {
  const graph = new Graph();
  const params = paramsOf(graph, structure, false);
  const { llm: config } = structure;
  const { forward, logits } = llmArchitecture(config.model_type);
  const rows = graph.input('rows', [batch, length], 'int32');
  const embeddings = mergedEmbeddings(
    params.at('llm.'),
    config,
    imageRows(params, structure, images, false),
    rows,
  );
  const output = forward(
    params.at('llm.'),
    config,
    embeddings,
    contextInputs(graph, config, length, [length, length]),
  );
  const last = gatherRows(
    reshape(output.hidden, [-1, config.hidden_size]),
    graph.input('last', [batch], 'int32'),
  );
  graph.setOutput('logits', logits(params.at('llm.'), config, last));
  setCache(graph, output);
  return graph;
}

/**
 * One decoding step against a cache of `capacity` positions. Inputs: parameters, `ids` int32 [B, 1], `past_keys.<layer>`,
 * `past_values.<layer>` [B, G, C, d], `cos`, `sin` [1, r/2], `mask` [1, C + 1]. Outputs: `logits` [B, V], `keys.*`, `values.*` [B, G, 1, d].
 */
export function decodeGraph(structure: VlmStructure, batch: number, capacity: number): Graph {
  const graph = new Graph();
  const { llm: config } = structure;
  const params = paramsOf(graph, structure, false).at('llm.');
  const { forward, logits } = llmArchitecture(config.model_type);
  const width = config.hidden_size / config.num_attention_heads;
  const shape = [batch, config.num_key_value_heads, capacity, width];
  const embeddings = gatherRows(
    params.get('model.embed_tokens.weight'),
    graph.input('ids', [batch, 1], 'int32'),
  );
  const output = forward(params, config, embeddings, {
    ...contextInputs(graph, config, 1, [1, capacity + 1]),
    past: (layer) => ({
      keys: graph.input(`past_keys.${layer}`, shape),
      values: graph.input(`past_values.${layer}`, shape),
    }),
  });
  graph.setOutput('logits', logits(params, config, reshape(output.hidden, [batch, config.hidden_size])));
  setCache(graph, output);
  return graph;
}
