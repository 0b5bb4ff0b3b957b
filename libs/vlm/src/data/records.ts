import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import type { Message } from '../text/messages.js';

/** One sample in LLaVA's format. */
export interface DataRecord {
  readonly id: string;
  /** Paths below the recipe's `images` folder, one as a rule; none = text only. */
  readonly images: readonly string[];
  readonly conversations: readonly Message[];
}

/**
 * Records of `<folder>/<part>.json` (a list) or `.jsonl`, in the file's order. Errors: `BAD_RECORDS` where the file is missing or is no
 * such list, `BAD_RECORD` with file, record, sample and field. Images are not looked at here.
 */
export async function loadRecords(folder: string, part: string): Promise<DataRecord[]> {
  const list = join(folder, `${part}.json`);
  const lines = join(folder, `${part}.jsonl`);
  const text = await readIfThere(list);
  if (text !== null) {
    const raw = parseJson(list, text, '');
    if (!Array.isArray(raw)) throw unreadable(list, 'it is no list');
    return raw.map((record, index) => parseRecord(list, index, record));
  }
  const stream = await readIfThere(lines);
  if (stream === null) throw unreadable(list, 'neither it nor a .jsonl of that name is there');
  return stream
    .split('\n')
    .flatMap((line, i) => (line.trim() === '' ? [] : [parseJson(lines, line, `line ${i + 1}: `)]))
    .map((record, index) => parseRecord(lines, index, record));
}

async function readIfThere(file: string): Promise<string | null> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw unreadable(file, (cause as Error).message, cause);
  }
}

function parseJson(file: string, text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, `${where}${(cause as Error).message}`, cause);
  }
}

const unreadable = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_RECORDS',
    `${file} cannot be read: ${problem}.`,
    {
      path: file,
      rule: 'A JSON list or JSON lines of LLaVA records.',
      fix: 'Restore the file, or name another part or recipe.',
    },
    { cause },
  );

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parseRecord(file: string, index: number, raw: unknown): DataRecord {
  const named = isObject(raw) && (typeof raw['id'] === 'string' || typeof raw['id'] === 'number');
  const id = named ? String(raw['id']) : String(index);
  const check = (holds: boolean, field: string, value: unknown, rule: string): void => {
    if (holds) return;
    throw new AblateError(
      'BAD_RECORD',
      `${file}, record ${index} ("${id}"): ${field} breaks a rule: ${rule}`,
      {
        path: `${file}[${index}]${field === 'record' ? '' : `.${field}`}`,
        value,
        rule,
        fix: 'Correct or remove this record.',
      },
    );
  };
  const record = isObject(raw) ? raw : {};
  check(isObject(raw), 'record', raw, 'A record is an object.');

  const { image, conversations } = record;
  const images: readonly unknown[] = image === undefined ? [] : [image].flat();
  check(images.every(isBelow), 'image', image, 'An image is a path below images/, or a list of such paths.');
  const turns: readonly unknown[] = Array.isArray(conversations) ? conversations : [];
  check(
    turns.length >= 2,
    'conversations',
    conversations,
    'Conversations hold at least a question and an answer.',
  );
  const messages = turns.map((message, i) => {
    const { from, value } = isObject(message) ? message : {};
    check(
      typeof from === 'string' && typeof value === 'string',
      `conversations.${i}`,
      message,
      'A message has a text `from` and a text `value`.',
    );
    return { from: from as string, value: value as string };
  });
  const leading = messages[0]!.from === 'human' ? 0 : 1;
  check(
    (messages.length - leading) % 2 === 0,
    'conversations',
    messages.length,
    'Questions and answers come in pairs.',
  );
  return { id, images: images as readonly string[], conversations: messages };
}

const isBelow = (path: unknown): boolean =>
  typeof path === 'string' && path !== '' && !path.startsWith('/') && !path.split(/[/\\]/).includes('..');
