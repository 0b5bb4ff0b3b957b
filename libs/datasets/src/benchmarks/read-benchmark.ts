import { stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { isObject, readJsonFile, type Json } from './fields.js';
import type { Format } from './format.js';
import { FORMATS } from './formats.js';
import { badFile, type Benchmark } from './question.js';
import { readNative } from './read-native.js';

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

const namedLike = (folder: string): string | undefined => {
  const name = basename(folder).toLowerCase();
  return Object.keys(FORMATS).find((format) => FORMATS[format]!.folders.includes(name));
};

/** A public format that is named as `kind`; with questions.jsonl beside it a name such as "pope" is the kind of this project's own. */
async function publicKind(folder: string, { kind }: Json): Promise<string | undefined> {
  if (typeof kind !== 'string' || !(kind in FORMATS)) return undefined;
  const own = kind !== 'llava-w' && (await isThere(join(folder, 'questions.jsonl')));
  return own ? undefined : kind;
}

/** What a benchmark.json says; none is needed where the folder's name is that of a public format. */
async function describe(folder: string): Promise<{ description: Json; format: string | undefined }> {
  const file = join(folder, 'benchmark.json');
  if (!(await isThere(file))) {
    const format = namedLike(folder);
    if (format !== undefined) return { description: {}, format };
    throw badFile(
      file,
      `it is missing, and the folder is not named as a public format (${Object.keys(FORMATS).join(', ')})`,
    );
  }
  const description = await readJsonFile(file);
  if (!isObject(description)) throw badFile(file, 'its content is no JSON object');
  const format = description['format'] ?? (await publicKind(folder, description));
  if (format === undefined) return { description, format };
  if (typeof format === 'string' && format in FORMATS) return { description, format };
  throw badFile(file, `"format" is ${JSON.stringify(format)}, not one of ${Object.keys(FORMATS).join(', ')}`);
}

async function imageFolder(folder: string, candidates: readonly string[] = []): Promise<string> {
  for (const candidate of candidates) {
    const path = join(folder, candidate);
    if (await isThere(path)) return path;
  }
  return folder;
}

/**
 * Reads a benchmark's folder: this project's own format, or a public one that benchmark.json names as `format` (with `primaryMetric`,
 * `maxNewTokens`, `ocr` beside it) or that the folder is named after. Throws `BAD_BENCHMARK` naming file, place and field. Images are
 * not looked at here.
 */
export async function readBenchmark(folder: string): Promise<Benchmark> {
  const { description, format } = await describe(folder);
  if (format === undefined) return readNative(folder);
  const { kind, primaryMetric, maxNewTokens, read } = FORMATS[format] as Format;
  const {
    questions,
    files,
    images,
    embedded = new Map(),
    notes = [],
  } = await read(folder, {
    ocr: description['ocr'] === true,
  });
  if (questions.length === 0) throw badFile(join(folder, files[0] ?? ''), 'it has no questions');
  const seen = new Set<string>();
  for (const { questionId } of questions) {
    if (seen.has(questionId))
      throw badFile(join(folder, files[0]!), `question ${questionId} stands there twice`);
    seen.add(questionId);
  }
  const own = description['primaryMetric'];
  const longest = description['maxNewTokens'];
  return {
    id: basename(folder),
    kind,
    questions,
    images: await imageFolder(folder, images),
    embedded,
    files,
    format,
    primaryMetric: typeof own === 'string' ? own : primaryMetric,
    maxNewTokens: typeof longest === 'number' ? longest : maxNewTokens,
    notes,
  };
}
