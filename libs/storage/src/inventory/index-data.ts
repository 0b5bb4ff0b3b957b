import { readdir } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { BenchmarkEntry, RecipeEntry, RecipePart } from '@ablate/catalogue';
import { elementsOf, isJudged, isMixture, loadRecords, partSources, readBenchmark } from '@ablate/datasets';
import { AblateError } from '@ablate/errors';
import { manifestDigest, type DigestCache } from './digest-cache.js';

interface RawRecord {
  readonly image?: string | readonly string[];
  readonly conversations?: readonly { readonly value?: string }[];
}

const bad = (path: string, message: string, fix: string, value: unknown = null): AblateError =>
  new AblateError('BAD_DATA', `${path}: ${message}.`, {
    path,
    value,
    rule: 'LLaVA records or benchmark questions with their images.',
    fix,
  });

/** Digests of the images that records name, once each, in the order of first use. */
async function imageDigests(
  images: string,
  names: readonly unknown[],
  digests: DigestCache,
): Promise<[string, string][]> {
  const files: [string, string][] = [];
  for (const name of new Set(names.filter((image) => image !== undefined))) {
    const path = join(images, typeof name === 'string' ? name : '');
    if (typeof name !== 'string' || !path.startsWith(images + sep))
      throw bad(images, 'a record names an image that is no file below it', 'Correct the record.', name);
    const { sha256 } = await digests.of(path).catch(() => {
      throw bad(path, 'the image is missing', 'Restore the file, or remove the records that name it.');
    });
    files.push([name, sha256]);
  }
  return files;
}

const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : values.reduce((a, b) => a + b, 0) / values.length;

/** Records as they stand in the file; those of a mixture as the trainer will read them. Lists of any size are streamed. */
async function readPart(
  folder: string,
  file: string,
): Promise<{ sources: readonly string[]; records: RawRecord[] }> {
  const path = join(folder, file);
  const sources = await partSources(folder, file);
  if (await isMixture(path)) {
    const mixed = await loadRecords(folder, file.replace(/\.json$/, ''));
    const records = mixed.map(({ images, conversations }) => ({
      ...(images.length > 0 ? { image: images } : {}),
      conversations,
    }));
    return { sources, records };
  }
  const records: RawRecord[] = [];
  for await (const element of elementsOf(path)) {
    if (element === null || element.problem !== null)
      throw bad(path, `cannot be read (${element?.problem ?? 'no list'})`, 'Restore or remove the file.');
    records.push(element.raw as RawRecord);
  }
  return { sources, records };
}

async function indexPart(folder: string, file: string, digests: DigestCache): Promise<RecipePart> {
  const { sources, records } = await readPart(folder, file).catch((error: unknown) => {
    if (error instanceof AblateError && error.code === 'BAD_RECORDS')
      throw bad(error.path ?? join(folder, file), error.message, 'Restore or remove the file.');
    throw error;
  });
  const own: [string, string][] = [];
  for (const source of sources) own.push([source, (await digests.of(join(folder, source))).sha256]);
  const images = await imageDigests(
    join(folder, 'images'),
    records.flatMap(({ image }) => (image === undefined ? [] : [image].flat())),
    digests,
  );
  return {
    digest: manifestDigest([...own, ...images]),
    samples: records.length,
    textOnly: records.filter(({ image }) => image === undefined).length,
    meanCharacters: mean(
      records.map(({ conversations = [] }) =>
        conversations.reduce((total, { value = '' }) => total + value.length, 0),
      ),
    ),
  };
}

/** A data recipe: every `<part>.json` or `.jsonl` beside `images/`. */
export async function indexRecipe(folder: string, digests: DigestCache): Promise<RecipeEntry> {
  const files = (await readdir(folder))
    .filter((name) => /\.jsonl?$/.test(name) && name !== 'recipe.json')
    .sort();
  if (files.length === 0)
    throw bad(
      folder,
      'holds no <part>.json or <part>.jsonl',
      'Add the records of a part, e.g. pretrain.json.',
    );
  const parts: Record<string, RecipePart> = {};
  for (const file of files) parts[file.replace(/\.jsonl?$/, '')] = await indexPart(folder, file, digests);
  return { id: basename(folder), parts };
}

/** A benchmark's folder: this project's own format, or a public one. Its files and images are hashed, its pictures not decoded. */
export async function indexBenchmark(folder: string, digests: DigestCache): Promise<BenchmarkEntry> {
  const { kind, format, questions, files, images, embedded, primaryMetric, maxNewTokens } =
    await readBenchmark(folder);
  const own: [string, string][] = [];
  for (const file of files) own.push([file, (await digests.of(join(folder, file))).sha256]);
  const stored = questions.map(({ image }) => image).filter((image) => !embedded.has(image));
  // Where a benchmark came from does not change what is asked; what scores it does.
  const scored: [string, string] = format === null ? ['kind', kind] : ['format', format];
  return {
    id: basename(folder),
    digest: manifestDigest([scored, ...own, ...(await imageDigests(images, stored, digests))]),
    questions: questions.length,
    meanCharacters: mean(questions.map(({ question }) => question.length)),
    primaryMetric,
    maxNewTokens,
    ...(isJudged(kind) ? { judged: true as const } : {}),
  };
}
