import { open, readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { BackboneEntry } from '@ablate/catalogue';
import { describeBackbone, problem, readJson } from './describe-backbone.js';
import { manifestDigest, type DigestCache } from './digest-cache.js';

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
          `is truncated: tensor "${name}" ([${shape.join(', ')}]) ends at byte ${8 + length + end} of ${bytes}`,
          'Every tensor lies within the file.',
          name,
        );
    }
    return tensors.reduce((total, [, { shape }]) => total + shape.reduce((a, b) => a * b, 1), 0);
  } finally {
    await handle.close();
  }
}

/** Config and weights of one backbone folder, its tensors unread. The digest covers every file that a stage could read. */
export async function indexBackbone(folder: string, digests: DigestCache): Promise<BackboneEntry> {
  const described = await describeBackbone(folder);
  const inside = described.kind === 'encoder' && described.architecture === 'mof' ? ['clip', 'dinov2'] : [];
  const listed = await Promise.all(
    ['', ...inside].map(async (part) => (await readdir(join(folder, part))).map((name) => join(part, name))),
  );
  const names = listed
    .flat()
    .filter((name) => /\.(json|safetensors)$/.test(name))
    .sort();
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
