import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { elementsOf, isMixture } from './load-records.js';
import { readRecord } from './record.js';

export interface ManifestEntry {
  /** Relative to the folder of the records. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a dataset consists of, so that two copies can be told to be one. */
export interface Manifest {
  readonly version: 1;
  /** sha256 over the entries' paths and digests. */
  readonly digest: string;
  readonly records: readonly ManifestEntry[];
  /** Every image that a record names and that is there, once. */
  readonly images: readonly ManifestEntry[];
}

/** sha256 of a file's bytes. */
export async function fileDigest(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

/** Digests of record files and of the images that they name below `images`; a mixture's own file counts too. */
export async function manifestOf(
  folder: string,
  files: readonly string[],
  images: string,
): Promise<Manifest> {
  const entry = async (file: string): Promise<ManifestEntry | null> => {
    const info = await stat(file).catch(() => null);
    if (info?.isFile() !== true) return null;
    return { path: relative(folder, file), bytes: info.size, sha256: await fileDigest(file) };
  };
  const records: ManifestEntry[] = [];
  const named = new Set<string>();
  for (const file of files) {
    const own = await entry(file);
    if (own) records.push(own);
    if (await isMixture(file)) continue;
    for await (const element of elementsOf(file))
      if (element && element.problem === null)
        for (const image of readRecord(element.raw, element.index).record.images) named.add(image);
  }
  const pictures: ManifestEntry[] = [];
  for (const image of [...named].sort()) {
    const own = await entry(join(images, image));
    if (own) pictures.push(own);
  }
  const lines = [...records, ...pictures].map(({ path, sha256 }) => [path, sha256]);
  const digest = createHash('sha256').update(JSON.stringify(lines)).digest('hex');
  return { version: 1, digest, records, images: pictures };
}
