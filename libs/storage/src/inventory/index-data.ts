import { readdir, readFile } from 'node:fs/promises';
import { basename, join, sep } from 'node:path';
import type { BenchmarkEntry, RecipeEntry, RecipePart } from '@ablate/catalogue';
import { elementsOf, isMixture, loadRecords, partSources } from '@ablate/datasets';
import { AblateError } from '@ablate/errors';
import { manifestDigest, type DigestCache } from './digest-cache.js';

interface RawRecord {
  readonly image?: string | readonly string[];
  readonly conversations?: readonly { readonly value?: string }[];
}
interface RawQuestion {
  readonly image?: string;
  readonly question?: string;
}

const bad = (path: string, message: string, fix: string, value: unknown = null): AblateError =>
  new AblateError('BAD_DATA', `${path}: ${message}.`, {
    path,
    value,
    rule: 'LLaVA records or benchmark questions with their images.',
    fix,
  });

async function readList<T>(file: string): Promise<T[]> {
  try {
    const text = await readFile(file, 'utf8');
    return file.endsWith('.jsonl')
      ? text.split('\n').flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as T]))
      : (JSON.parse(text) as T[]);
  } catch (cause) {
    throw bad(file, `cannot be read (${(cause as Error).message})`, 'Restore or remove the file.');
  }
}

/** Digests of the images that records name, once each, in the order of first use. */
async function imageDigests(
  folder: string,
  names: readonly unknown[],
  digests: DigestCache,
): Promise<[string, string][]> {
  const files: [string, string][] = [];
  const images = join(folder, 'images');
  for (const name of new Set(names.filter((image) => image !== undefined))) {
    const path = join(images, typeof name === 'string' ? name : '');
    if (typeof name !== 'string' || !path.startsWith(images + sep))
      throw bad(folder, 'a record names an image that is no file of images/', 'Correct the record.', name);
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
    folder,
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

/** A benchmark: benchmark.json and questions.jsonl beside `images/`. */
export async function indexBenchmark(folder: string, digests: DigestCache): Promise<BenchmarkEntry> {
  const file = join(folder, 'benchmark.json');
  let description: { kind?: unknown; primaryMetric?: unknown; maxNewTokens?: unknown };
  try {
    description = JSON.parse(await readFile(file, 'utf8')) as typeof description;
  } catch (cause) {
    throw bad(file, `cannot be read (${(cause as Error).message})`, 'Restore the file.');
  }
  if (typeof description.primaryMetric !== 'string' || typeof description.kind !== 'string') {
    throw bad(
      file,
      'names no kind or primaryMetric',
      'Add both, e.g. "kind": "exact", "primaryMetric": "accuracy".',
    );
  }
  const path = join(folder, 'questions.jsonl');
  const questions = await readList<RawQuestion>(path);
  if (questions.length === 0) throw bad(path, 'holds no question', 'Add questions.');
  const images = await imageDigests(
    folder,
    questions.map(({ image }) => image),
    digests,
  );
  const own = await digests.of(path);
  return {
    id: basename(folder),
    // Where a benchmark came from does not change what is asked; what scores it does.
    digest: manifestDigest([['kind', description.kind], ['questions.jsonl', own.sha256], ...images]),
    questions: questions.length,
    meanCharacters: mean(questions.map(({ question = '' }) => question.length)),
    primaryMetric: description.primaryMetric,
    maxNewTokens: typeof description.maxNewTokens === 'number' ? description.maxNewTokens : null,
  };
}
