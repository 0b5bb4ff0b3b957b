import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { checkRecord, type RecordRules } from './check-record.js';
import { finding, type Finding } from './findings.js';
import { elementsOf, isMixture, loadMixture } from './load-records.js';
import { fileDigest } from './manifest.js';
import { readRecord, recordId } from './record.js';

export interface CheckOptions extends Pick<RecordRules, 'maxLength' | 'tokens'> {
  /** Folder that image paths start from; null = `images/` beside the records, or where there is none their own folder. */
  readonly images: string | null;
}

export interface CheckedFile {
  readonly file: string;
  readonly sha256: string;
  readonly records: number;
  readonly textOnly: number;
  /** Records with an error. */
  readonly bad: number;
}

export interface DatasetReport {
  readonly path: string;
  /** Folder that image paths start from. */
  readonly images: string;
  readonly records: number;
  readonly textOnly: number;
  readonly bad: number;
  readonly errors: number;
  readonly warnings: number;
  readonly files: readonly CheckedFile[];
  readonly findings: readonly Finding[];
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (info) => info.isDirectory(),
    () => false,
  );

/** Files of records of a path: itself, or a recipe's parts with the sources of its mixtures. */
async function recordFiles(path: string): Promise<{ folder: string; names: string[] }> {
  const info = await stat(path).catch(() => null);
  if (info?.isFile() === true) return { folder: dirname(path), names: [basename(path)] };
  const names = info
    ? (await readdir(path)).filter((name) => /\.jsonl?$/.test(name) && name !== 'recipe.json').sort()
    : [];
  if (names.length > 0) return { folder: path, names };
  throw new AblateError('NO_RECORDS', `'${path}' holds no records.`, {
    path,
    value: path,
    rule: 'a .json or .jsonl file of LLaVA records, or a folder with such files',
    fix: 'Check the path.',
  });
}

/**
 * Reads whole datasets and says what is wrong with every record: broken JSON, shape, odd turns, missing images, files that are no
 * pictures, samples that are too long. Nothing stops at the first. Errors: `NO_RECORDS` where there is nothing to read.
 */
export async function checkDataset(path: string, options: CheckOptions): Promise<DatasetReport> {
  const { folder, names } = await recordFiles(path);
  const beside = join(folder, 'images');
  const images = options.images ?? ((await isFolder(beside)) ? beside : folder);
  const findings: Finding[] = [];
  const files: CheckedFile[] = [];
  const wanted = [...names];
  for (const name of wanted) {
    const file = join(folder, name);
    const sources = await mixtureSources(file, findings);
    if (sources === null) files.push(await checkFile(file, { ...options, images }, findings));
    else wanted.push(...sources.filter((source) => !wanted.includes(source)));
  }
  const total = (count: (file: CheckedFile) => number): number =>
    files.reduce((sum, file) => sum + count(file), 0);
  const errors = findings.filter(({ level }) => level === 'error').length;
  return {
    path,
    images,
    records: total(({ records }) => records),
    textOnly: total(({ textOnly }) => textOnly),
    bad: total(({ bad }) => bad),
    errors,
    warnings: findings.length - errors,
    files,
    findings,
  };
}

/** Sources of a mixture; null where the file is none. What is wrong with it is added to the findings. */
async function mixtureSources(file: string, findings: Finding[]): Promise<string[] | null> {
  const place = { file, record: null, line: null, id: null };
  try {
    if (!(await isMixture(file))) return null;
    return (await loadMixture(file)).sources.map((source) => source.file);
  } catch (error) {
    if (!(error instanceof AblateError)) throw error;
    const code = error.code === 'BAD_MIXTURE' ? 'BAD_MIXTURE' : 'BAD_RECORDS';
    findings.push(finding(code, place, error.message, error.rule === null ? {} : { rule: error.rule }));
    return [];
  }
}

async function checkFile(file: string, rules: RecordRules, findings: Finding[]): Promise<CheckedFile> {
  const ids = new Map<string, number>();
  let [records, textOnly, bad] = [0, 0, 0];
  const whole = { file, record: null, line: null, id: null };
  try {
    for await (const element of elementsOf(file)) {
      if (element === null) break;
      const { index, line, raw, problem } = element;
      records += 1;
      const id = recordId(raw, index);
      const place = { file, record: index, line, id };
      const found =
        problem === null
          ? await checkRecord(raw, place, rules)
          : [finding('BAD_RECORDS', { ...place, id: null }, problem)];
      const first = ids.get(id);
      if (problem === null && first !== undefined)
        found.push(
          finding('DUPLICATE_ID', place, `record ${first} has the same id`, { field: 'id', value: id }),
        );
      else ids.set(id, index);
      if (problem === null && readRecord(raw, index).record.images.length === 0) textOnly += 1;
      if (found.some(({ level }) => level === 'error')) bad += 1;
      for (const one of found) findings.push(one);
    }
  } catch (error) {
    if (!(error instanceof AblateError)) throw error;
    findings.push(finding('BAD_RECORDS', whole, error.message));
    return { file, sha256: '', records, textOnly, bad };
  }
  if (records === 0) findings.push(finding('BAD_RECORDS', whole, 'it holds no record'));
  return { file, sha256: await fileDigest(file), records, textOnly, bad };
}
