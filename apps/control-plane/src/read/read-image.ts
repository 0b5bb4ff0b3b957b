import { readFile, realpath } from 'node:fs/promises';
import { extname, join, sep } from 'node:path';
import { READ_AGE_MS, type Context } from '../context.js';
import { notFound } from '../not-found.js';

const TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.webp': 'image/webp',
  '.gif': 'image/gif',
  '.svg': 'image/svg+xml',
};

/** A picture below a benchmark's `images/`; nothing else of that folder, and nothing outside of it. */
export async function readBenchmarkImage(
  { inventory }: Context,
  id: string,
  name: string,
): Promise<{ readonly body: Buffer; readonly type: string }> {
  const missing = notFound('image', `${id}/${name}`, 'Images are those that the benchmark’s questions name.');
  const { benchmarks } = await inventory(READ_AGE_MS);
  const folder = Object.hasOwn(benchmarks, id) ? benchmarks[id] : undefined;
  const type = TYPES[extname(name).toLowerCase()];
  if (folder === undefined || type === undefined || name.includes('\0')) throw missing;
  const root = await realpath(join(folder, 'images')).catch(() => null);
  const path = root && (await realpath(join(root, name)).catch(() => null));
  if (!root || !path?.startsWith(root + sep)) throw missing;
  return { body: await readFile(path), type };
}
