import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import type { TensorData } from '@ablate/tensor';
import {
  loadEncoder,
  loadLlm,
  structureOf,
  type Encoder,
  type Llm,
  type LoraByPart,
  type VlmStructure,
} from '@ablate/vlm';
import { readTensors, type GoldenCase } from '../golden-case.js';
import { factoryConnector, type FactoryConnector } from './connector.js';

/** What a case says of a whole model. */
export interface FactoryConfig extends FactoryConnector {
  readonly connector_type: string;
  readonly vision_feature_layer?: number;
  readonly vision_feature_select_strategy?: string;
  readonly padding_side?: string;
}

export interface FactoryModel {
  readonly encoder: Encoder;
  readonly llm: Llm;
  /** Parameters of all parts: `encoder.*`, `connector.*`, `llm.*`. */
  readonly parameters: Map<string, TensorData>;
  readonly structureWith: (lora: LoraByPart) => VlmStructure;
}

/** The Factory's and PEFT's parameter names as ours. */
export const ourName = (name: string): string =>
  name
    .replace(/^base_model\.model\./, '')
    .replace(/\.(lora_[AB])\.default\./, '.$1.')
    .replace(/^(connector\.)?_connector\./, 'connector.')
    .replace(/^language_model\./, 'llm.')
    .replace(/^vision_tower\._vision_tower\./, 'encoder.');

export const renamed = (tensors: Readonly<Record<string, TensorData>>): [string, TensorData][] =>
  Object.entries(tensors).map(([name, tensor]) => [ourName(name), tensor]);

/** The Factory's `patch` drops the first token of every tower, SigLIP's first patch too. */
function tokensOf(strategy: string): VlmStructure['encoder']['select']['tokens'] {
  if (strategy === 'patch') return 'legacy-siglip';
  if (strategy === 'cls_patch') return 'cls-patch';
  throw new AblateError('UNSUPPORTED_CASE', `The feature strategy "${strategy}" is not supported.`, {
    path: 'config.vision_feature_select_strategy',
    value: strategy,
    rule: 'patch or cls_patch.',
  });
}

/** Loads `<folder>/vision_tower`, `<folder>/llm` and `<folder>/connector.safetensors` of a case. */
export async function loadFactoryModel(
  golden: GoldenCase,
  folder: string,
  config: FactoryConfig,
): Promise<FactoryModel> {
  const selectLayer = config.vision_feature_layer ?? -2;
  const tokens = tokensOf(config.vision_feature_select_strategy ?? 'patch');
  const encoder = await loadEncoder(join(golden.folder, folder, 'vision_tower'), selectLayer);
  const llm = await loadLlm(join(golden.folder, folder, 'llm'));
  const connector = factoryConnector(config.connector_type, config);
  const stored =
    connector.kind === 'identity' ? {} : await readTensors(golden, `${folder}/connector.safetensors`);
  return {
    encoder,
    llm,
    parameters: new Map([
      ...[...encoder.weights].map(([name, value]) => [`encoder.${name}`, value] as const),
      ...renamed(stored),
      ...[...llm.weights].map(([name, value]) => [`llm.${name}`, value] as const),
    ]),
    structureWith: (lora) => structureOf(encoder, { selectLayer, tokens }, connector, llm, lora),
  };
}

/** Chosen images [n, ...] of a table of images. */
export function imagesAt({ data, shape }: TensorData, indices: readonly number[]): TensorData {
  const size = data.length / shape[0]!;
  const chosen = new Float32Array(indices.length * size);
  indices.forEach((index, i) =>
    chosen.set((data as Float32Array).subarray(index * size, (index + 1) * size), i * size),
  );
  return { dtype: 'float32', shape: [indices.length, ...shape.slice(1)], data: chosen };
}
