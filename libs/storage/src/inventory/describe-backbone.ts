import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  openElmLayers,
  type EncoderArchitecture,
  type EncoderEntry,
  type LlmArchitecture,
  type LlmEntry,
} from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';

type Json = Readonly<Record<string, unknown>>;
type Measured = 'id' | 'digest' | 'parameters' | 'bytes';
type Described = Omit<EncoderEntry, Measured> | Omit<LlmEntry, Measured>;

export const problem = (path: string, message: string, rule: string, value: unknown = null): AblateError =>
  new AblateError('BAD_BACKBONE', `${path}: ${message}.`, {
    path,
    value,
    rule,
    fix: 'Restore the file of this checkpoint, or remove the folder.',
  });

export async function readJson(file: string): Promise<Json> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Json;
  } catch (cause) {
    throw problem(
      file,
      `is missing or no JSON (${(cause as Error).message})`,
      'A Hugging Face folder has this file.',
    );
  }
}

const field = (file: string, json: Json, name: string, fallback?: number): number => {
  const value = json[name] ?? fallback;
  if (typeof value !== 'number')
    throw problem(file, `"${name}" is missing`, `"${name}" is a number.`, value ?? null);
  return value;
};

const LLMS: readonly LlmArchitecture[] = ['llama', 'phi', 'stablelm', 'qwen2', 'gemma', 'openelm'];
const ENCODERS: readonly EncoderArchitecture[] = ['clip', 'siglip', 'dinov2', 'mof'];

/** Edge of the square that an image processor gives; null where the file does not say. */
async function processedSize(folder: string): Promise<number | null> {
  const json = await readJson(join(folder, 'preprocessor_config.json'));
  const edges = json['do_center_crop'] === false ? json['size'] : (json['crop_size'] ?? json['size']);
  const edge = typeof edges === 'number' ? edges : (edges as Json | undefined)?.['height'];
  return typeof edge === 'number' ? edge : null;
}

async function describeEncoder(
  folder: string,
  file: string,
  json: Json,
  architecture: EncoderArchitecture,
): Promise<Omit<EncoderEntry, Measured>> {
  const vision = (json['vision_config'] ?? json) as Json;
  const hidden = field(file, vision, 'hidden_size', 768);
  const native = field(file, vision, 'image_size', 224);
  const isDino = architecture === 'dinov2';
  return {
    kind: 'encoder',
    architecture,
    hidden,
    layers: field(file, vision, 'num_hidden_layers', 12),
    heads: field(file, vision, 'num_attention_heads', 12),
    intermediate: isDino
      ? Math.floor(hidden * field(file, json, 'mlp_ratio', 4))
      : field(file, vision, 'intermediate_size', 3072),
    patch: field(file, vision, 'patch_size', isDino ? 14 : 16),
    imageSize: isDino ? ((await processedSize(folder)) ?? native) : native,
  };
}

const openElm = (file: string, json: Json): Omit<LlmEntry, Measured> => {
  const hidden = field(file, json, 'model_dim', 2048);
  const headDim = field(file, json, 'head_dim', 128);
  const layers = field(file, json, 'num_transformer_layers', 12);
  const multipliers = (name: string, fallback: number): number | number[] =>
    (json[name] as number | number[] | undefined) ?? fallback;
  const layerSizes = openElmLayers({
    hidden,
    headDim,
    layers,
    queriesPerGroup: field(file, json, 'num_gqa_groups', 1),
    divisor: field(file, json, 'ffn_dim_divisor', 256),
    attention: multipliers('qkv_multipliers', 1),
    feedForward: multipliers('ffn_multipliers', 4),
  });
  const largest = (of: (layer: (typeof layerSizes)[number]) => number): number =>
    Math.max(...layerSizes.map(of));
  return {
    kind: 'llm',
    architecture: 'openelm',
    hidden,
    layers,
    heads: largest(({ heads }) => heads),
    kvHeads: largest(({ groups }) => groups),
    intermediate: largest(({ intermediate }) => intermediate),
    vocab: field(file, json, 'vocab_size', 32000),
    maxPositions: field(file, json, 'max_context_length', 2048),
    headDim,
    layerSizes,
  };
};

function describeLlm(file: string, json: Json, architecture: LlmArchitecture): Omit<LlmEntry, Measured> {
  if (architecture === 'openelm') return openElm(file, json);
  const heads = field(file, json, 'num_attention_heads');
  return {
    kind: 'llm',
    architecture,
    hidden: field(file, json, 'hidden_size'),
    layers: field(file, json, 'num_hidden_layers'),
    heads,
    kvHeads: field(file, json, 'num_key_value_heads', heads),
    intermediate: field(file, json, 'intermediate_size'),
    vocab: field(file, json, 'vocab_size'),
    maxPositions: field(file, json, 'max_position_embeddings', 2048),
    ...(architecture === 'gemma' ? { headDim: field(file, json, 'head_dim', 256) } : {}),
  };
}

/** Kind, architecture and sizes of a backbone's folder, from its config.json. A mixture of features has folders `clip` and `dinov2`. */
export async function describeBackbone(folder: string): Promise<Described> {
  const file = join(folder, 'config.json');
  const json = await readJson(file);
  const type = String(json['model_type']);
  if (type === 'mof') {
    const clip = join(folder, 'clip', 'config.json');
    await readJson(join(folder, 'dinov2', 'config.json'));
    return describeEncoder(folder, clip, await readJson(clip), 'mof');
  }
  const encoder = ENCODERS.find((name) => type === name || type === `${name}_vision_model`);
  if (encoder) return describeEncoder(folder, file, json, encoder);
  const llm = LLMS.find((name) => type === name);
  if (llm) return describeLlm(file, json, llm);
  throw problem(
    file,
    `model_type "${type}" is not supported`,
    `One of ${[...ENCODERS, ...LLMS].join(', ')}.`,
    type,
  );
}
