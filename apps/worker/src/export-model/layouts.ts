import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ConnectorConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import type { Assembled } from './assemble.js';
import type { ExportRequest } from './request.js';

type Json = Readonly<Record<string, unknown>>;

/** How a format names parameters, and what its config.json says. */
export interface Layout {
  readonly nameOf: (name: string) => string;
  readonly config: (model: Assembled, request: ExportRequest) => Promise<Json>;
}

const renaming =
  (prefixes: Readonly<Record<string, string>>) =>
  (name: string): string => {
    const part = name.slice(0, name.indexOf('.') + 1);
    return prefixes[part]! + name.slice(part.length);
  };

const readConfig = async (folder: string): Promise<Json> =>
  JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Json;

async function backboneConfigs({ encoderDir, llmDir }: ExportRequest): Promise<{ vision: Json; text: Json }> {
  const vision = await readConfig(encoderDir);
  if (vision['model_type'] !== 'mof') return { vision, text: await readConfig(llmDir) };
  const parts = {
    clip: await readConfig(join(encoderDir, 'clip')),
    dinov2: await readConfig(join(encoderDir, 'dinov2')),
  };
  return { vision: { ...vision, ...parts }, text: await readConfig(llmDir) };
}

/** What is exact, for whoever reads the folder with this project: the whole structure. */
const own = ({ structure, config }: Assembled): Json => ({
  version: 1,
  structure,
  template: config.template,
  system: config.system,
  imageAspect: config.imageAspect,
});

const huggingface: Layout = {
  nameOf: renaming({
    'encoder.': 'vision_tower.',
    'connector.': 'multi_modal_projector.',
    'llm.': 'language_model.',
  }),
  config: async (model, request) => {
    const { vision, text } = await backboneConfigs(request);
    return {
      model_type: 'ablate_vlm',
      torch_dtype: 'float32',
      vision_config: vision,
      text_config: text,
      vision_feature_layer: model.structure.encoder.select.selectLayer,
      connector: model.structure.connector,
      ablate: own(model),
    };
  },
};

/** The Factory's name of a connector. Source: TinyLLaVA Factory, tinyllava/model/connector. */
function connectorType(connector: ConnectorConfig): Json {
  switch (connector.kind) {
    case 'mlp':
      return { connector_type: `mlp${connector.depth}x_gelu` };
    case 'resampler':
      return {
        connector_type: 'resampler',
        num_queries: connector.numQueries,
        num_resampler_layers: connector.depth,
        resampler_hidden_size: connector.heads * connector.headDim,
      };
    case 'qformer':
      return { connector_type: 'qformer', num_queries: connector.numQueries };
    case 'pixel_shuffle':
      throw new AblateError('NOT_EXPORTABLE', 'TinyLLaVA Factory has no pixel-shuffle connector.', {
        path: '--format',
        value: 'tinyllava',
        rule: 'The connector is one of the Factory’s: identity, linear, mlpNx_gelu, resampler, qformer, mof_mlp.',
        fix: 'Use --format huggingface.',
      });
    default:
      return { connector_type: connector.kind };
  }
}

/** The Factory's `patch` drops the first token of every tower, so a SigLIP that keeps all its patches is its `cls_patch`. */
function selectStrategy({ encoder }: Assembled['structure']): 'patch' | 'cls_patch' {
  const { tokens } = encoder.select;
  if (tokens === 'cls-patch') return 'cls_patch';
  return tokens === 'patch' && encoder.type.startsWith('siglip') ? 'cls_patch' : 'patch';
}

/** Source: TinyLLaVA Factory (53f12c7), model/configuration_tinyllava.py and the names of its modeling files. */
const tinyllava: Layout = {
  nameOf: renaming({
    'encoder.': 'vision_tower._vision_tower.',
    'connector.': 'connector._connector.',
    'llm.': 'language_model.',
  }),
  config: async (model, request) => {
    const { structure, config } = model;
    const { vision, text } = await backboneConfigs(request);
    return {
      architectures: ['TinyLlavaForConditionalGeneration'],
      model_type: 'tinyllava',
      torch_dtype: 'float32',
      llm_model_name_or_path: config.llm.id,
      tokenizer_name_or_path: config.llm.id,
      vision_model_name_or_path: config.encoder.id,
      ...connectorType(structure.connector),
      hidden_size: structure.llm.hidden_size,
      vocab_size: structure.llm.vocab_size,
      vision_hidden_size: structure.encoder.config.hidden_size,
      vision_feature_layer: structure.encoder.select.selectLayer,
      vision_feature_select_strategy: selectStrategy(structure),
      image_aspect_ratio: config.imageAspect,
      image_token_index: -200,
      ignore_index: -100,
      tokenizer_model_max_length: config.maxLength,
      tokenizer_padding_side: 'right',
      tokenizer_use_fast: false,
      use_cache: true,
      text_config: text,
      vision_config: vision['vision_config'] ?? vision,
      ablate: own(model),
    };
  },
};

export const LAYOUTS: Readonly<Record<ExportRequest['format'], Layout>> = { huggingface, tinyllava };
