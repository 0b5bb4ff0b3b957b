import { randomUUID } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import sharp from 'sharp';
import { IMAGE_SIZE } from './scenes.js';

const require = createRequire(import.meta.url);

/** Changes when the same seed would give other files: older folders are then built again. */
export const DATA_VERSION = 3;

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

/** What a builder may do with its unfinished folder. */
export interface FolderWriter {
  /** Writes a 48 x 48 RGB picture as PNG below `images/`; returns when there is room for another. */
  image(name: string, rgb: Uint8Array): Promise<void>;
  text(name: string, text: string): Promise<void>;
}

const LANES = 32;
const raw = { width: IMAGE_SIZE, height: IMAGE_SIZE, channels: 3 } as const;

/** A writer into a folder, and a wait for its pictures: every one on the disk, or the first failure. */
function writerInto(folder: string): { writer: FolderWriter; settled: () => Promise<void> } {
  const pending: Promise<void>[] = [];
  const settled = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(pending.splice(0));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  const writePicture = async (name: string, rgb: Uint8Array): Promise<void> =>
    writeFile(
      join(folder, 'images', name),
      await sharp(rgb, { raw }).png({ compressionLevel: 6 }).toBuffer(),
    );
  return {
    settled,
    writer: {
      image: async (name, rgb) => {
        pending.push(writePicture(name, rgb));
        if (pending.length >= LANES) await settled();
      },
      text: async (name, text) => {
        const handle = await open(join(folder, name), 'w');
        try {
          await writeFile(handle, text);
          await handle.sync();
        } finally {
          await handle.close();
        }
      },
    },
  };
}

/** Whether `folder/<marker>` was written by this version of the builder. */
async function isBuilt(folder: string, marker: string): Promise<boolean> {
  const text = await readFile(join(folder, marker), 'utf8').catch(() => '{}');
  try {
    return (JSON.parse(text) as { dataVersion?: number }).dataVersion === DATA_VERSION;
  } catch {
    return false;
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota is used up',
  EROFS: 'it is read-only',
  EACCES: 'this user may not write there',
  EPERM: 'this user may not write there',
  ENOTDIR: 'a part of its path is a file',
};

function asUserError(thrown: unknown, folder: string): unknown {
  const reason = REASONS[(thrown as NodeJS.ErrnoException).code ?? ''];
  if (reason === undefined) return thrown;
  return new AblateError(
    'DATA_NOT_WRITABLE',
    `The data folder '${folder}' cannot be built: ${reason}.`,
    {
      path: folder,
      value: (thrown as NodeJS.ErrnoException).code,
      rule: 'The folder is writable and has room for the pictures (30 MB a recipe).',
      fix: 'Make room or give another home (--home, ABLATE_HOME).',
    },
    { cause: thrown },
  );
}

const PLACE_TRIES = 20;

/**
 * Puts a finished folder in its place. A rename never lands on a folder that holds something, so what is there decides: a finished
 * folder of another process stays, since it holds the same; an outdated one is moved aside first and never deleted where it stands.
 */
async function putInPlace(temporary: string, folder: string, marker: string): Promise<boolean> {
  for (let tries = 1; ; tries += 1) {
    try {
      await rename(temporary, folder);
      return true;
    } catch (error) {
      if (await isBuilt(folder, marker)) return false;
      if (tries === PLACE_TRIES) throw error;
    }
    const aside = `${temporary}-old-${tries}`;
    await rename(folder, aside).catch(() => undefined);
    await rm(aside, { recursive: true, force: true });
  }
}

/**
 * Runs a builder in a folder beside the wanted one unless that is there already, then renames it: all of it or nothing. `marker` is
 * the file that the builder writes with DATA_VERSION. Returns whether it built. Throws DATA_NOT_WRITABLE.
 */
export async function buildOnce(
  folder: string,
  marker: string,
  build: (writer: FolderWriter) => Promise<void>,
): Promise<boolean> {
  if (await isBuilt(folder, marker)) return false;
  const temporary = `${folder}.tmp-${process.pid}-${randomUUID().slice(0, 8)}`;
  const { writer, settled } = writerInto(temporary);
  try {
    await mkdir(join(temporary, 'images'), { recursive: true });
    await build(writer);
    await settled();
    return await putInPlace(temporary, folder, marker);
  } catch (error) {
    throw asUserError(error, folder);
  } finally {
    await settled().catch(() => undefined);
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
  }
}
