import { open, readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BackboneEntry, EncoderEntry, LlmEntry } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { manifestDigest, type DigestCache } from './digest-cache.js';

type Json = Readonly<Record<string, unknown>>;
type Measured = 'id' | 'digest' | 'parameters' | 'bytes';

const problem = (path: string, message: string, rule: string, value: unknown = null): AblateError =>
  new AblateError('BAD_BACKBONE', `${path}: ${message}.`, {
    path,
    value,
    rule,
    fix: 'Restore the file of this checkpoint, or remove the folder.',
  });

async function readJson(file: string): Promise<Json> {
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

/** Number of parameters in a safetensors file, from its header; sizes are checked against the file, tensors are not read. */
async function countParameters(file: string, bytes: number): Promise<number> {
  const handle = await open(file, 'r');
  try {
    const prefix = Buffer.alloc(8);
    const { bytesRead } = await handle.read(prefix, 0, 8, 0);
    const length = bytesRead === 8 ? Number(prefix.readBigUInt64LE()) : -1;
    if (length <= 0 || 8 + length > bytes)
      throw problem(file, 'is truncated or no safetensors file', 'The header fits into the file.', length);
    const text = Buffer.alloc(length);
    await handle.read(text, 0, length, 8);
    let header: Record<string, { shape: number[]; data_offsets: [number, number] }>;
    try {
      header = JSON.parse(text.toString('utf8')) as typeof header;
    } catch {
      throw problem(file, 'has a header that is no JSON', 'A safetensors header is JSON.');
    }
    const tensors = Object.entries(header).filter(([name]) => name !== '__metadata__');
    for (const [name, { shape, data_offsets }] of tensors) {
      if (!Array.isArray(shape) || !Array.isArray(data_offsets))
        throw problem(
          file,
          `has no shape or place for tensor "${name}"`,
          'The header says both of every tensor.',
          name,
        );
      const end = data_offsets[1];
      if (8 + length + end > bytes)
        throw problem(
          file,
          `is truncated: tensor "${name}" ends at byte ${8 + length + end} of ${bytes}`,
          'Every tensor lies within the file.',
          name,
        );
    }
    return tensors.reduce((total, [, { shape }]) => total + shape.reduce((a, b) => a * b, 1), 0);
  } finally {
    await handle.close();
  }
}

const field = (file: string, json: Json, name: string, fallback?: number): number => {
  const value = json[name] ?? fallback;
  if (typeof value !== 'number')
    throw problem(file, `"${name}" is missing`, `"${name}" is a number.`, value ?? null);
  return value;
};

function describe(file: string, json: Json): Omit<EncoderEntry, Measured> | Omit<LlmEntry, Measured> {
  const type = String(json['model_type']);
  const vision = (json['vision_config'] ?? json) as Json;
  const family = /^(clip|siglip)(_vision_model)?$/.exec(type)?.[1];
  if (family) {
    return {
      kind: 'encoder',
      architecture: family as 'clip' | 'siglip',
      hidden: field(file, vision, 'hidden_size', 768),
      layers: field(file, vision, 'num_hidden_layers', 12),
      heads: field(file, vision, 'num_attention_heads', 12),
      intermediate: field(file, vision, 'intermediate_size', 3072),
      patch: field(file, vision, 'patch_size', 16),
      imageSize: field(file, vision, 'image_size', 224),
    };
  }
  if (type === 'llama' || type === 'phi') {
    const heads = field(file, json, 'num_attention_heads');
    return {
      kind: 'llm',
      architecture: type,
      hidden: field(file, json, 'hidden_size'),
      layers: field(file, json, 'num_hidden_layers'),
      heads,
      kvHeads: field(file, json, 'num_key_value_heads', heads),
      intermediate: field(file, json, 'intermediate_size'),
      vocab: field(file, json, 'vocab_size'),
      maxPositions: field(file, json, 'max_position_embeddings', 2048),
    };
  }
  throw problem(file, `model_type "${type}" is not supported`, 'One of clip, siglip, llama, phi.', type);
}

/** Config and weights of one backbone folder, its tensors unread. The digest covers every file that a stage could read. */
export async function indexBackbone(folder: string, digests: DigestCache): Promise<BackboneEntry> {
  const config = join(folder, 'config.json');
  const described = describe(config, await readJson(config));
  const names = (await readdir(folder)).filter((name) => /\.(json|safetensors)$/.test(name)).sort();
  const weights = names.filter((name) => name.endsWith('.safetensors'));
  if (weights.length === 0)
    throw problem(
      join(folder, 'model.safetensors'),
      'is missing',
      'A backbone has its weights as safetensors.',
    );
  const needed =
    described.kind === 'llm' ? ['tokenizer.json', 'tokenizer_config.json'] : ['preprocessor_config.json'];
  for (const name of needed) await readJson(join(folder, name));
  let parameters = 0;
  let bytes = 0;
  const files: [string, string][] = [];
  for (const name of names) {
    const file = await digests.of(join(folder, name));
    files.push([name, file.sha256]);
    if (!name.endsWith('.safetensors')) continue;
    bytes += file.bytes;
    parameters += await countParameters(join(folder, name), file.bytes);
  }
  return {
    id: basename(folder),
    digest: manifestDigest(files),
    parameters,
    bytes,
    ...described,
  };
}
