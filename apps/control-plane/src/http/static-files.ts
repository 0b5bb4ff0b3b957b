import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json',
  '.woff2': 'font/woff2',
};
const COMPRESSED = new Set(['.html', '.js', '.css', '.svg', '.json']);

export interface StaticFile {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>> & { readonly etag: string };
}

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

async function encode(body: Buffer, accepted: string): Promise<{ body: Buffer; encoding: string | null }> {
  if (/\bbr\b/.test(accepted)) {
    const params = { [constants.BROTLI_PARAM_QUALITY]: 5 };
    return { body: await brotli(body, { params }), encoding: 'br' };
  }
  if (/\bgzip\b/.test(accepted)) return { body: await zip(body), encoding: 'gzip' };
  return { body, encoding: null };
}

/** Files of a build below one folder, compressed once. Those below `assets/` have a digest in their name and never change. */
export class StaticFiles {
  private readonly known = new Map<string, { readonly changed: number; readonly file: StaticFile }>();

  constructor(private readonly root: string) {}

  /** null where there is no such file, also when the name leads out of the folder. */
  async find(name: string, accepted: string): Promise<StaticFile | null> {
    const path = normalize(join(this.root, decode(name)));
    if (!path.startsWith(normalize(this.root + sep)) || path.includes('\0')) return null;
    const found = await stat(path).catch(() => null);
    if (!found?.isFile()) return null;
    const encoding = /\bbr\b/.test(accepted) ? 'br' : /\bgzip\b/.test(accepted) ? 'gzip' : '';
    const key = `${path} ${encoding}`;
    const known = this.known.get(key);
    if (known?.changed === found.mtimeMs) return known.file;
    const file = await read(path, name, accepted);
    this.known.set(key, { changed: found.mtimeMs, file });
    return file;
  }
}

const decode = (name: string): string => {
  try {
    return decodeURIComponent(name);
  } catch {
    return name;
  }
};

async function read(path: string, name: string, accepted: string): Promise<StaticFile> {
  const content = await readFile(path);
  const type = extname(path);
  const { body, encoding } = COMPRESSED.has(type)
    ? await encode(content, accepted)
    : { body: content, encoding: null };
  const etag = `"${createHash('sha256').update(content).digest('base64url').slice(0, 22)}"`;
  return {
    body,
    headers: {
      etag,
      'content-type': TYPES[type] ?? 'application/octet-stream',
      'cache-control': name.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      ...(encoding === null ? {} : { 'content-encoding': encoding }),
    },
  };
}
