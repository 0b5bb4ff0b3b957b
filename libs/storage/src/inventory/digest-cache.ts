import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

interface Entry {
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

/** sha256 of files, remembered by path, size and time of change, in a file that survives restarts. */
export class DigestCache {
  private entries = new Map<string, Entry>();
  private changed = false;

  private constructor(private readonly file: string) {}

  static async open(file: string): Promise<DigestCache> {
    const cache = new DigestCache(file);
    const text = await readFile(file, 'utf8').catch(() => '{}');
    try {
      cache.entries = new Map(Object.entries(JSON.parse(text) as Record<string, Entry>));
    } catch {
      cache.entries = new Map();
    }
    return cache;
  }

  /** Digest of a file's bytes. Throws when it cannot be read. */
  async of(path: string): Promise<{ sha256: string; bytes: number }> {
    const { size, mtimeMs } = await stat(path);
    const known = this.entries.get(path);
    if (known && known.size === size && known.mtimeMs === mtimeMs)
      return { sha256: known.sha256, bytes: size };
    const hash = createHash('sha256');
    for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
    const sha256 = hash.digest('hex');
    this.entries.set(path, { size, mtimeMs, sha256 });
    this.changed = true;
    return { sha256, bytes: size };
  }

  /** Writes what is new; a cache that cannot be written costs time and nothing else. */
  async save(): Promise<void> {
    if (!this.changed) return;
    this.changed = false;
    const temporary = `${this.file}.tmp-${randomUUID()}`;
    try {
      await mkdir(dirname(this.file), { recursive: true });
      const handle = await open(temporary, 'w');
      await handle
        .writeFile(JSON.stringify(Object.fromEntries(this.entries)))
        .then(() => handle.sync())
        .finally(() => handle.close());
      await rename(temporary, this.file);
    } catch {
      this.changed = true;
    }
  }
}

/** One digest of a list of named digests. */
export const manifestDigest = (files: readonly (readonly [string, string])[]): string =>
  createHash('sha256').update(JSON.stringify(files)).digest('hex');
