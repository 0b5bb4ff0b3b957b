import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import sharp from 'sharp';
import { IMAGE_SIZE } from './scenes.js';

const require = createRequire(import.meta.url);

/** Changes when the same seed would give other files: older folders are then built again. */
export const DATA_VERSION = 1;

export const SOURCES = [
  { package: '@iconify-json/noto', what: 'Noto emoji', licence: 'Apache-2.0' },
  { package: '@iconify-json/twemoji', what: 'Twemoji', licence: 'CC-BY-4.0' },
  { package: '@iconify-json/fluent-emoji-flat', what: 'Fluent emoji (flat)', licence: 'MIT' },
  { package: 'emojibase-data', what: 'names, tags, groups', licence: 'MIT' },
] as const;

/** Where a folder's contents come from, with the versions that are installed. */
export const provenance = (): object[] =>
  SOURCES.map((source) => ({
    ...source,
    version: (require(`${source.package}/package.json`) as { version: string }).version,
  }));

/** Writes into a folder beside the wanted one; `commit` puts it in its place, complete or not at all. */
export class FolderWriter {
  private readonly temporary: string;
  private readonly pending: Promise<unknown>[] = [];

  private constructor(private readonly folder: string) {
    this.temporary = `${folder}.tmp-${process.pid}`;
  }

  static async open(folder: string): Promise<FolderWriter> {
    const writer = new FolderWriter(folder);
    await rm(writer.temporary, { recursive: true, force: true });
    await mkdir(join(writer.temporary, 'images'), { recursive: true });
    return writer;
  }

  /** Queues a 48 x 48 RGB picture as PNG below `images/`. */
  async image(name: string, rgb: Uint8Array): Promise<void> {
    const raw = { width: IMAGE_SIZE, height: IMAGE_SIZE, channels: 3 } as const;
    this.pending.push(
      sharp(rgb, { raw })
        .png({ compressionLevel: 6 })
        .toFile(join(this.temporary, 'images', name)),
    );
    if (this.pending.length >= 32) await Promise.all(this.pending.splice(0));
  }

  async text(name: string, text: string): Promise<void> {
    const handle = await open(join(this.temporary, name), 'w');
    try {
      await writeFile(handle, text);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async commit(): Promise<void> {
    await Promise.all(this.pending.splice(0));
    await rm(this.folder, { recursive: true, force: true });
    await rename(this.temporary, this.folder);
  }

  /** Removes what was begun. */
  async abandon(): Promise<void> {
    await Promise.allSettled(this.pending.splice(0));
    await rm(this.temporary, { recursive: true, force: true });
  }
}

/** Whether `folder/<name>` was written by this version of the builder. */
export async function isBuilt(folder: string, name: string): Promise<boolean> {
  try {
    return (
      (JSON.parse(await readFile(join(folder, name), 'utf8')) as { dataVersion?: number }).dataVersion ===
      DATA_VERSION
    );
  } catch {
    return false;
  }
}

/** Runs a builder unless its folder is there already; leaves nothing half done. Returns whether it built. */
export async function buildOnce(
  folder: string,
  marker: string,
  build: (writer: FolderWriter) => Promise<void>,
): Promise<boolean> {
  if (await isBuilt(folder, marker)) return false;
  const writer = await FolderWriter.open(folder);
  try {
    await build(writer);
    await writer.commit();
  } catch (error) {
    await writer.abandon();
    throw error;
  }
  return true;
}
