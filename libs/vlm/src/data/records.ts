import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import type { Message } from '../text/template.js';

/** One sample in LLaVA's format. */
export interface DataRecord {
  readonly id: string;
  /** Path below the recipe's `images` folder; absent = text only. */
  readonly image: string | null;
  readonly conversations: readonly Message[];
}

const bad = (file: string, index: number, field: string, value: unknown, rule: string): AblateError =>
  new AblateError('BAD_RECORD', `${file}, record ${index}: "${field}" breaks the rule: ${rule}`, {
    path: `${file}[${index}].${field}`,
    value,
    rule,
    fix: 'Correct or remove this record.',
  });

function parseRecord(file: string, index: number, raw: unknown): DataRecord {
  if (typeof raw !== 'object' || raw === null)
    throw bad(file, index, 'record', raw, 'A record is an object.');
  const { id, image, conversations } = raw as { id?: unknown; image?: unknown; conversations?: unknown };
  if (image !== undefined && typeof image !== 'string')
    throw bad(file, index, 'image', image, 'An image is one path below images/.');
  if (!Array.isArray(conversations) || conversations.length < 2) {
    throw bad(
      file,
      index,
      'conversations',
      conversations,
      'Conversations hold at least a question and an answer.',
    );
  }
  const messages = conversations.map((message: unknown, i) => {
    const { from, value } = (message ?? {}) as { from?: unknown; value?: unknown };
    if (typeof from !== 'string' || typeof value !== 'string') {
      throw bad(
        file,
        index,
        `conversations.${i}`,
        message,
        'A message has a text `from` and a text `value`.',
      );
    }
    return { from, value };
  });
  const human = messages[0]!.from === 'human' ? messages : messages.slice(1);
  if (human.length % 2 !== 0)
    throw bad(file, index, 'conversations', messages.length, 'Questions and answers come in pairs.');
  return {
    id: typeof id === 'string' || typeof id === 'number' ? String(id) : String(index),
    image: image ?? null,
    conversations: messages,
  };
}

/** Records of `<folder>/<part>.json` or `.jsonl`, in the file's order. Errors name file, record and field. */
export async function loadRecords(folder: string, part: string): Promise<DataRecord[]> {
  const json = join(folder, `${part}.json`);
  const lines = join(folder, `${part}.jsonl`);
  const text = await readFile(json, 'utf8').catch(() => null);
  const file = text === null ? lines : json;
  try {
    const raw: unknown[] =
      text === null
        ? (await readFile(lines, 'utf8'))
            .split('\n')
            .flatMap((line) => (line.trim() === '' ? [] : [JSON.parse(line) as unknown]))
        : (JSON.parse(text) as unknown[]);
    return raw.map((record, index) => parseRecord(file, index, record));
  } catch (cause) {
    if (cause instanceof AblateError) throw cause;
    throw new AblateError(
      'BAD_RECORDS',
      `${file} cannot be read: ${(cause as Error).message}`,
      {
        path: file,
        rule: 'A JSON list or JSON lines of LLaVA records.',
        fix: 'Restore the file, or name another recipe.',
      },
      { cause },
    );
  }
}
