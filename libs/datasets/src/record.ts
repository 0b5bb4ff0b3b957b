/** A message as LLaVA stores it. */
export interface RecordMessage {
  readonly from: string;
  readonly value: string;
}

/** One sample in LLaVA's format, which ShareGPT4V shares. */
export interface DataRecord {
  readonly id: string;
  /** Paths below the recipe's `images` folder, one as a rule; none = text only. */
  readonly images: readonly string[];
  readonly conversations: readonly RecordMessage[];
}

/** A rule that a record breaks. */
export interface Breach {
  /** Dotted path in the record; empty = the record itself. */
  readonly field: string;
  readonly value: unknown;
  readonly rule: string;
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isBelow = (path: unknown): path is string =>
  typeof path === 'string' && path !== '' && !path.startsWith('/') && !path.split(/[/\\]/).includes('..');

/** The record's own name: its `id`, a text or a number, else its index. */
export function recordId(raw: unknown, index: number): string {
  const id = isObject(raw) ? raw['id'] : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : String(index);
}

/** Messages that count: a first one that is not the human's is dropped, as the reference does. */
const counted = (messages: readonly RecordMessage[]): readonly RecordMessage[] =>
  messages[0]?.from === 'human' ? messages : messages.slice(1);

/** A record and the rules that it breaks; with a breach the record is what could be understood. */
export function readRecord(raw: unknown, index: number): { record: DataRecord; breaches: Breach[] } {
  const breaches: Breach[] = [];
  const check = (holds: boolean, field: string, value: unknown, rule: string): void => {
    if (!holds) breaches.push({ field, value, rule });
  };
  check(isObject(raw), '', raw, 'A record is an object.');
  const { image, conversations } = isObject(raw) ? raw : {};
  const images: readonly unknown[] = image === undefined ? [] : [image].flat();
  check(
    images.every(isBelow) && !(Array.isArray(image) && image.length === 0),
    'image',
    image,
    'An image is a path below images/, or a list of such paths.',
  );
  const turns: readonly unknown[] = Array.isArray(conversations) ? conversations : [];
  check(
    turns.length >= 2,
    'conversations',
    conversations,
    'Conversations hold at least a question and an answer.',
  );
  const messages = turns.flatMap((message, i): RecordMessage[] => {
    const { from, value } = isObject(message) ? message : {};
    const whole = typeof from === 'string' && typeof value === 'string';
    check(whole, `conversations.${i}`, message, 'A message has a text `from` and a text `value`.');
    return [{ from: typeof from === 'string' ? from : '', value: typeof value === 'string' ? value : '' }];
  });
  check(
    counted(messages).length % 2 === 0,
    'conversations',
    messages.length,
    'Questions and answers come in pairs.',
  );
  return {
    record: { id: recordId(raw, index), images: images.filter(isBelow), conversations: messages },
    breaches: isObject(raw) ? breaches : breaches.slice(0, 1),
  };
}
