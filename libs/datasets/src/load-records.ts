import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { badRecord, unreadable } from './errors.js';
import { jsonLines, jsonList, type Element } from './json-elements.js';
import { copies, passes, readMixture, type Mixture } from './mixture.js';
import { readRecord, recordId, type DataRecord } from './record.js';

const isThere = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

/** The file of a part: `<part>.json` before `<part>.jsonl`. Errors: `BAD_RECORDS` where neither is there. */
export async function partFile(folder: string, part: string): Promise<string> {
  const list = join(folder, `${part}.json`);
  const lines = join(folder, `${part}.jsonl`);
  if (await isThere(list)) return list;
  if (await isThere(lines)) return lines;
  throw unreadable(list, 'neither it nor a .jsonl of that name is there');
}

/** Elements of a list or of lines; null where the file is an object, so a mixture. Errors: `BAD_RECORDS`. */
export async function* elementsOf(file: string): AsyncGenerator<Element | null> {
  try {
    yield* file.endsWith('.jsonl') ? jsonLines(file) : jsonList(file);
  } catch (cause) {
    if (cause instanceof AblateError) throw cause;
    throw unreadable(file, (cause as Error).message, cause);
  }
}

/** The mixture that a file describes. Errors: `BAD_RECORDS`, `BAD_MIXTURE`. */
export async function loadMixture(file: string): Promise<Mixture> {
  let raw: unknown;
  try {
    raw = JSON.parse(await readFile(file, 'utf8'));
  } catch (cause) {
    throw unreadable(file, (cause as Error).message, cause);
  }
  if (typeof raw !== 'object' || raw === null || !('mixture' in raw)) throw unreadable(file, 'it is no list');
  return readMixture(file, raw);
}

async function* recordsOf(file: string): AsyncGenerator<DataRecord> {
  for await (const element of elementsOf(file)) {
    if (element === null) throw unreadable(file, 'it is no list');
    const { index, line, raw, problem } = element;
    if (problem !== null) throw unreadable(file, `line ${line}: ${problem}`);
    const { record, breaches } = readRecord(raw, index);
    if (breaches.length > 0) throw badRecord(file, index, recordId(raw, index), breaches[0]!);
    yield record;
  }
}

async function mixed(folder: string, { sources }: Mixture): Promise<DataRecord[]> {
  const records: DataRecord[] = [];
  for (const source of sources) {
    let [index, taken] = [0, 0];
    for await (const record of recordsOf(join(folder, source.file))) {
      if (source.cap !== null && taken >= source.cap) break;
      if (passes(record, source.filter)) {
        for (let copy = copies(source, index); copy > 0; copy -= 1) records.push(record);
        taken += 1;
      }
      index += 1;
    }
  }
  return records;
}

/**
 * Records of `<folder>/<part>.json` (a list, or a mixture of other files) or `.jsonl`, in the file's order, sources one after the other.
 * Errors: `BAD_RECORDS` where a file is missing or is no such list, `BAD_MIXTURE`, `BAD_RECORD` with file, record, sample and field.
 * Images are not looked at here.
 */
export async function loadRecords(folder: string, part: string): Promise<DataRecord[]> {
  const file = await partFile(folder, part);
  if (await isMixture(file)) return mixed(folder, await loadMixture(file));
  const records: DataRecord[] = [];
  for await (const record of recordsOf(file)) records.push(record);
  return records;
}

/** Whether a part's file is no list. */
export async function isMixture(file: string): Promise<boolean> {
  if (file.endsWith('.jsonl')) return false;
  for await (const element of elementsOf(file)) return element === null;
  return false;
}

/** Files that a part is read from: its own first, then the sources of a mixture, relative to the folder. */
export async function partSources(folder: string, name: string): Promise<readonly string[]> {
  const file = join(folder, name);
  if (!(await isMixture(file))) return [name];
  const { sources } = await loadMixture(file);
  return [name, ...new Set(sources.map((source) => source.file))];
}
