import {
  connectorTokens,
  type ConnectorConfig,
  type EncoderConfig,
  type LoraConfig,
} from '@ablate/catalogue';
import type { Graph } from '@ablate/tensor';
import { llmArchitecture } from './architectures.js';
import type { Encoder, Llm } from './backbone.js';
import { encoderSpecs, selectedCount } from './encoder-parts.js';
import { connectorSpecs } from './connectors.js';
import type { LlmConfig } from './llm.js';
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

/** A language model alone, for text. */
export type LanguageStructure = Pick<VlmStructure, 'llm' | 'lora'>;

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
export const imagePatches = ({ encoder }: VlmStructure): number =>
  selectedCount(encoder, encoder.select.tokens);

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

type Part = 'encoder' | 'connector' | 'llm' | 'lora';

const hasVision = (structure: VlmStructure | LanguageStructure): structure is VlmStructure =>
  'encoder' in structure;

/** All parameters of a structure, by part. */
export function vlmSpecs({ encoder, connector, llm, lora }: VlmStructure): Record<Part, ParameterSpec[]> {
  return {
    encoder: prefixed('encoder.', encoderSpecs(encoder)),
    connector: prefixed('connector.', connectorSpecs(connector, encoder.config.hidden_size, llm.hidden_size)),
    ...languageSpecs({ llm, lora }),
  };
}

const languageSpecs = ({ llm, lora }: LanguageStructure): Record<'llm' | 'lora', ParameterSpec[]> => ({
  llm: prefixed('llm.', llmArchitecture(llm.model_type).specs(llm)),
  lora: lora ? prefixed('llm.', loraSpecs(llm, lora)) : [],
});

/** Parameters of a model as graph inputs; with `training`, adapters' dropout masks are inputs too. */
export const paramsOf = (
  graph: Graph,
  structure: VlmStructure | LanguageStructure,
  training: boolean,
): Params => {
  const { lora } = structure;
  const scale: LoraScale | null = lora && {
    scale: lora.alpha / lora.rank,
    dropout: training && lora.dropout > 0,
  };
  const specs = hasVision(structure) ? vlmSpecs(structure) : languageSpecs(structure);
  return Params.of(graph, Object.values(specs).flat(), scale);
};
