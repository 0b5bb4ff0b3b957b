import { createHash } from 'node:crypto';
import { AblateError } from '@ablate/errors';
import type { DataRecord } from './record.js';

/** Which records of a source are taken; every given rule must hold. */
export interface RecordFilter {
  readonly modality?: 'image' | 'text';
  /** Questions with their answers. */
  readonly minTurns?: number;
  readonly maxTurns?: number;
  /** Words of all messages, parted by white space. */
  readonly minWords?: number;
  readonly maxWords?: number;
  /** Image paths begin with one of these, e.g. `coco/`. */
  readonly imagePrefix?: readonly string[];
}

export interface MixtureSource {
  /** A list or lines of records below the recipe's folder. */
  readonly file: string;
  /** How often each record is taken: 2 = twice, 0.5 = every second on average, drawn from the file's name and the record's index. */
  readonly weight: number;
  /** At most so many records, the first ones that the filter leaves; null = all. Before the weight. */
  readonly cap: number | null;
  readonly filter: RecordFilter;
}

/** A part that is made of other files: `{ "version": 1, "mixture": [{ "file": "sources/llava.json", "weight": 2, "cap": 1000 }] }`. */
export interface Mixture {
  readonly version: 1;
  readonly sources: readonly MixtureSource[];
}

const RULES: Readonly<Record<keyof RecordFilter, string>> = {
  modality: '"image" or "text"',
  minTurns: 'a whole number of at least 0',
  maxTurns: 'a whole number of at least 0',
  minWords: 'a whole number of at least 0',
  maxWords: 'a whole number of at least 0',
  imagePrefix: 'a list of texts',
};

const isWhole = (value: unknown, least: number): boolean =>
  Number.isInteger(value) && (value as number) >= least;

function holds(rule: keyof RecordFilter, value: unknown): boolean {
  if (rule === 'modality') return value === 'image' || value === 'text';
  if (rule === 'imagePrefix')
    return Array.isArray(value) && value.every((prefix) => typeof prefix === 'string');
  return isWhole(value, 0);
}

/** Reads a part's mixture. Errors: `BAD_MIXTURE`, naming field, value and rule. */
export function readMixture(file: string, raw: unknown): Mixture {
  const bad = (field: string, value: unknown, rule: string): AblateError =>
    new AblateError('BAD_MIXTURE', `${file}: ${field} breaks a rule: ${rule}.`, {
      path: `${file}.${field}`,
      value,
      rule,
      fix: 'Correct the mixture.',
    });
  const { version, mixture } = (raw ?? {}) as Record<string, unknown>;
  if (version !== 1) throw bad('version', version, 'it is 1');
  if (!Array.isArray(mixture) || mixture.length === 0)
    throw bad('mixture', mixture, 'a list of at least one source');
  const sources = mixture.map((entry: unknown, i): MixtureSource => {
    const at = `mixture.${i}`;
    const {
      file: name,
      weight = 1,
      cap = null,
      filter = {},
      ...rest
    } = (entry ?? {}) as Record<string, unknown>;
    const unknown = Object.keys(rest)[0];
    if (unknown !== undefined)
      throw bad(`${at}.${unknown}`, rest[unknown], 'one of file, weight, cap, filter');
    if (
      typeof name !== 'string' ||
      !/\.jsonl?$/.test(name) ||
      name.startsWith('/') ||
      name.split(/[/\\]/).includes('..')
    )
      throw bad(`${at}.file`, name, 'a .json or .jsonl file below the folder of the recipe');
    if (typeof weight !== 'number' || !(weight > 0) || !Number.isFinite(weight))
      throw bad(`${at}.weight`, weight, 'a number above 0');
    if (cap !== null && !isWhole(cap, 1)) throw bad(`${at}.cap`, cap, 'a whole number of at least 1');
    if (typeof filter !== 'object' || filter === null) throw bad(`${at}.filter`, filter, 'an object');
    for (const [rule, value] of Object.entries(filter)) {
      if (!(rule in RULES))
        throw bad(`${at}.filter.${rule}`, value, `one of ${Object.keys(RULES).join(', ')}`);
      if (!holds(rule as keyof RecordFilter, value))
        throw bad(`${at}.filter.${rule}`, value, RULES[rule as keyof RecordFilter]);
    }
    return { file: name, weight, cap: cap as number | null, filter };
  });
  return { version: 1, sources };
}

/** Words of all messages. */
export const wordsOf = ({ conversations }: Pick<DataRecord, 'conversations'>): number =>
  conversations.reduce(
    (total, { value }) => total + value.split(/\s+/).filter((word) => word !== '').length,
    0,
  );

export function passes(record: DataRecord, filter: RecordFilter): boolean {
  const {
    modality,
    minTurns = 0,
    maxTurns = Infinity,
    minWords = 0,
    maxWords = Infinity,
    imagePrefix,
  } = filter;
  const turns = Math.floor(record.conversations.length / 2);
  if (modality !== undefined && (modality === 'image') !== record.images.length > 0) return false;
  if (turns < minTurns || turns > maxTurns) return false;
  if (imagePrefix && !record.images.some((image) => imagePrefix.some((prefix) => image.startsWith(prefix))))
    return false;
  if (minWords === 0 && maxWords === Infinity) return true;
  const words = wordsOf(record);
  return words >= minWords && words <= maxWords;
}

/** How often record `index` of a source is taken: the whole part of its weight, and one more with the rest's chance. */
export function copies({ file, weight }: MixtureSource, index: number): number {
  const whole = Math.floor(weight);
  const rest = weight - whole;
  if (rest === 0) return whole;
  const draw = createHash('sha256').update(`${file}\n${index}`).digest().readUInt32LE(0) / 2 ** 32;
  return whole + (draw < rest ? 1 : 0);
}
