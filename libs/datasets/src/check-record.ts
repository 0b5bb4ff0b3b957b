import { join } from 'node:path';
import { finding, type Finding, type Place } from './findings.js';
import { wordsOf } from './mixture.js';
import { readRecord, type DataRecord } from './record.js';
import { imageProblem } from './sniff-image.js';

const IMAGE = '<image>';
/** Characters a token stands for on average; English with the tokenizers of small models takes a little more. */
const CHARACTERS_A_TOKEN = 4;

export interface RecordRules {
  /** Folder that image paths start from. */
  readonly images: string;
  /** Longest sequence in tokens. */
  readonly maxLength: number;
  /** Tokens of a record, as far as they are known exactly; null = they are estimated from its characters and words. */
  readonly tokens: ((record: DataRecord) => { readonly tokens: number; readonly mismatch: boolean }) | null;
}

/** Tokens of a record at a guess: a word has one at least, and so have four characters. */
export const estimatedTokens = (record: DataRecord): number => {
  const characters = record.conversations.reduce((total, { value }) => total + value.length, 0);
  return Math.max(wordsOf(record), Math.ceil(characters / CHARACTERS_A_TOKEN));
};

async function imageFindings(record: DataRecord, place: Place, folder: string): Promise<Finding[]> {
  const found: Finding[] = [];
  for (const image of record.images) {
    const problem = await imageProblem(join(folder, image));
    if (problem === null) continue;
    const missing = problem === 'missing';
    found.push(
      finding(
        missing ? 'MISSING_IMAGE' : 'BAD_IMAGE',
        place,
        missing ? `image ${image} is not there` : `image ${image} is no picture`,
        { field: 'image', value: image },
      ),
    );
  }
  return found;
}

function textFindings(record: DataRecord, place: Place): Finding[] {
  const found: Finding[] = [];
  const { conversations, images } = record;
  const placeholders = conversations.some(({ value }) => value.includes(IMAGE));
  if (placeholders && images.length === 0)
    found.push(
      finding('PLACEHOLDER_WITHOUT_IMAGE', place, 'a text holds <image>, but the record names no image'),
    );
  if (!placeholders && images.length > 0)
    found.push(
      finding('IMAGE_WITHOUT_PLACEHOLDER', place, 'the record names an image, but no text holds <image>'),
    );
  const first = conversations[0]?.from === 'human' ? 0 : 1;
  conversations.forEach(({ value }, i) => {
    if ((i - first) % 2 === 1 && value.trim() === '')
      found.push(
        finding('EMPTY_ANSWER', place, `answer ${i} is empty`, { field: `conversations.${i}`, value }),
      );
  });
  return found;
}

function lengthFindings(record: DataRecord, place: Place, { maxLength, tokens }: RecordRules): Finding[] {
  const exact = tokens?.(record) ?? null;
  const length = exact?.tokens ?? estimatedTokens(record);
  const found: Finding[] = [];
  if (exact?.mismatch === true)
    found.push(
      finding(
        'MISMATCH',
        place,
        'the label mask does not meet the tokens, so the sample is trained on nothing',
      ),
    );
  if (length > maxLength)
    found.push(
      finding(
        'TOO_LONG',
        place,
        `it takes ${exact ? '' : 'about '}${length} tokens, more than ${maxLength}`,
        {
          field: 'conversations',
          value: length,
          rule: `At most ${maxLength} tokens${exact ? '' : ' (estimated: one a word and one every four characters at least)'}.`,
        },
      ),
    );
  return found;
}

/** Everything that is wrong with one record; nothing stops at the first. */
export async function checkRecord(raw: unknown, place: Place, rules: RecordRules): Promise<Finding[]> {
  const { record, breaches } = readRecord(raw, place.record ?? 0);
  const shape = breaches.map(({ field, value, rule }) => {
    const odd = rule.startsWith('Questions and answers');
    const what = odd
      ? `${record.conversations.length} messages do not pair up`
      : `${field === '' ? 'the record' : field} breaks a rule: ${rule}`;
    return finding(odd ? 'ODD_TURNS' : 'BAD_RECORD', place, what, { field, value, rule });
  });
  const readable = breaches.length === 0;
  return [
    ...shape,
    ...(await imageFindings(record, place, rules.images)),
    ...(readable ? textFindings(record, place) : []),
    ...(readable || breaches.every(({ field }) => field === 'conversations' || field === 'image')
      ? lengthFindings(record, place, readable ? rules : { ...rules, tokens: null })
      : []),
  ];
}
