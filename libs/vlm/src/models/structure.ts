import {
  connectorTokens,
  isTarget,
  type ConnectorConfig,
  type EncoderConfig,
  type LoraConfig,
} from '@ablate/catalogue';
import type { Graph } from '@ablate/tensor';
import { encoderArchitecture, llmArchitecture } from './architectures.js';
import { neededLayers, type Encoder, type Llm } from './backbone.js';
import { encoderParts, encoderSpecs, selectedCount } from './encoder-parts.js';
import { connectorSpecs } from './connectors.js';
import type { LlmConfig } from './llm.js';
import { below, Params, prefixed, ZEROS, type LoraScale, type ParameterSpec } from './params.js';
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
  readonly lora: LoraByPart;
}

/** Adapters on a part's linear layers; a part that is not named has none. */
export type LoraByPart = Readonly<Partial<Record<'encoder' | 'connector' | 'llm', LoraConfig>>>;

/** A language model alone, for text. */
export type LanguageStructure = Pick<VlmStructure, 'llm' | 'lora'>;

export const structureOf = (
  encoder: Encoder,
  select: VlmStructure['encoder']['select'],
  connector: ConnectorConfig,
  llm: Llm,
  lora: LoraByPart,
): VlmStructure => ({
  encoder: { type: encoder.type, config: encoder.config, select },
  connector,
  llm: llm.config,
  lora,
});

/** Tokens a selected hidden state gives per image. */
export const imagePatches = ({ encoder }: VlmStructure): number =>
  selectedCount(encoder, encoder.select.tokens);

/** Tokens an image takes in the LLM's sequence. */
export const imageTokens = (structure: VlmStructure): number =>
  connectorTokens(structure.connector, imagePatches(structure));

/** Adapter parameters: A uniform within 1/sqrt(in) (Kaiming, a = sqrt 5), B zero. Source: peft `LoraLayer.reset_lora_parameters`. */
const adapterSpecs = (
  specs: readonly ParameterSpec[],
  layers: readonly string[],
  lora: LoraConfig,
): ParameterSpec[] => {
  const shapes = new Map(specs.map(({ name, shape }) => [name, shape]));
  return layers
    .filter((name) => isTarget(name, lora))
    .flatMap((name) => {
      const [outputs, inputs] = shapes.get(below(name, 'weight')) as [number, number];
      return [
        {
          name: below(name, 'lora_A.weight'),
          shape: [lora.rank, inputs],
          init: { kind: 'uniform', limit: 1 / Math.sqrt(inputs) },
        },
        { name: below(name, 'lora_B.weight'), shape: [outputs, lora.rank], init: ZEROS },
      ] satisfies ParameterSpec[];
    });
};

/** Adapters of an LLM alone; names as in its checkpoint. */
export function loraSpecs(config: LlmConfig, lora: LoraConfig): ParameterSpec[] {
  const { specs, linearLayers } = llmArchitecture(config.model_type);
  return adapterSpecs(specs(config), linearLayers(config), lora);
}

/** Linear layers among parameters: matrices called weight. Embeddings and latents are called otherwise, norms are vectors. */
const matrices = (specs: readonly ParameterSpec[]): string[] =>
  specs
    .filter(({ name, shape }) => shape.length === 2 && /(^|\.)weight$/.test(name))
    .map(({ name }) => name.replace(/\.?weight$/, ''));

/** Adapters of the encoder's blocks, as far as the selected hidden state reads them. */
const encoderAdapters = (
  { type, config, select }: VlmStructure['encoder'],
  lora: LoraConfig,
): ParameterSpec[] =>
  encoderParts({ type, config }).flatMap((part) => {
    const { specs, layerOf } = encoderArchitecture(part.type);
    const used = neededLayers(part.config, select.selectLayer);
    const blocks = specs(part.config).filter(({ name }) => layerOf(name) >= 0 && layerOf(name) < used);
    return prefixed(part.prefix, adapterSpecs(blocks, matrices(blocks), lora));
  });

type Part = 'encoder' | 'connector' | 'llm' | 'lora';

const hasVision = (structure: VlmStructure | LanguageStructure): structure is VlmStructure =>
  'encoder' in structure;

/** All parameters of a structure, by part. */
export function vlmSpecs({ encoder, connector, llm, lora }: VlmStructure): Record<Part, ParameterSpec[]> {
  const bridge = connectorSpecs(connector, encoder.config.hidden_size, llm.hidden_size);
  const language = languageSpecs({ llm, lora });
  return {
    encoder: prefixed('encoder.', encoderSpecs(encoder)),
    connector: prefixed('connector.', bridge),
    llm: language.llm,
    lora: [
      ...(lora.encoder ? prefixed('encoder.', encoderAdapters(encoder, lora.encoder)) : []),
      ...(lora.connector
        ? prefixed('connector.', adapterSpecs(bridge, matrices(bridge), lora.connector))
        : []),
      ...language.lora,
    ],
  };
}

const languageSpecs = ({ llm, lora }: LanguageStructure): Record<'llm' | 'lora', ParameterSpec[]> => ({
  llm: prefixed('llm.', llmArchitecture(llm.model_type).specs(llm)),
  lora: lora.llm ? prefixed('llm.', loraSpecs(llm, lora.llm)) : [],
});

/** Parameters of a model as graph inputs; with `training`, adapters' dropout masks are inputs too. */
export const paramsOf = (
  graph: Graph,
  structure: VlmStructure | LanguageStructure,
  training: boolean,
): Params => {
  const scales = Object.entries(structure.lora).map(
    ([part, { alpha, rank, dropout }]): [string, LoraScale] => [
      part,
      { scale: alpha / rank, dropout: training && dropout > 0 },
    ],
  );
  const specs = hasVision(structure) ? vlmSpecs(structure) : languageSpecs(structure);
  return Params.of(graph, Object.values(specs).flat(), new Map(scales));
};
