import { createReadStream } from 'node:fs';

/** One element of a list, or one line. */
export interface Element {
  /** From 0, empty lines not counted. */
  readonly index: number;
  /** Line on which it begins, from 1. */
  readonly line: number;
  readonly raw: unknown;
  /** Why it is no JSON; `raw` is undefined then. */
  readonly problem: string | null;
}

const [QUOTE, ESCAPE, COMMA, NEWLINE] = [0x22, 0x5c, 0x2c, 0x0a];
const OPEN = new Set([0x5b, 0x7b]);
const CLOSE = new Set([0x5d, 0x7d]);
const isSpace = (byte: number): boolean => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);

function parse(bytes: readonly Uint8Array[], index: number, line: number): Element {
  const text = Buffer.concat(bytes).toString('utf8');
  try {
    return { index, line, raw: JSON.parse(text) as unknown, problem: null };
  } catch (cause) {
    return { index, line, raw: undefined, problem: (cause as Error).message };
  }
}

/**
 * Elements of a file of JSON lines, in the file's order, without holding the file; a byte order mark and empty lines are passed over.
 * Throws what opening and reading throw.
 */
export async function* jsonLines(file: string): AsyncGenerator<Element> {
  let [index, line, held] = [0, 1, [] as Uint8Array[]];
  const isEmpty = (): boolean => held.every((part) => part.every(isSpace));
  let first = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const bytes = first ? withoutMark(chunk) : chunk;
    first = false;
    let from = 0;
    for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, from)) {
      held.push(bytes.subarray(from, at));
      if (!isEmpty()) yield parse(held, index++, line);
      [held, from] = [[], at + 1];
      line += 1;
    }
    held.push(bytes.subarray(from));
  }
  if (!isEmpty()) yield parse(held, index, line);
}

const withoutMark = (bytes: Buffer): Buffer =>
  bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? bytes.subarray(3) : bytes;

/** Where a list stands while it is read. */
interface State {
  depth: number;
  inText: boolean;
  escaped: boolean;
  line: number;
  begins: number;
  held: Uint8Array[];
  started: boolean;
}

/**
 * Elements of a file that is a JSON list, parsed one by one: LLaVA's lists are larger than the longest text that JavaScript holds.
 * An element that is no JSON is given with its problem, a list that ends early with one for what is left. Null where it is no list.
 */
export async function* jsonList(file: string): AsyncGenerator<Element | null> {
  const state: State = {
    depth: 0,
    inText: false,
    escaped: false,
    line: 1,
    begins: 1,
    held: [],
    started: false,
  };
  let index = 0;
  let first = true;
  for await (const chunk of createReadStream(file) as AsyncIterable<Buffer>) {
    const bytes = first ? withoutMark(chunk) : chunk;
    first = false;
    let from = state.depth > 0 ? 0 : -1;
    for (let at = 0; at < bytes.length; at += 1) {
      const byte = bytes[at]!;
      if (byte === NEWLINE) state.line += 1;
      if (state.depth === 0) {
        if (state.started || isSpace(byte)) continue;
        if (byte !== 0x5b) {
          yield null;
          return;
        }
        [state.started, state.depth, state.begins, from] = [true, 1, 0, at + 1];
        continue;
      }
      if (state.begins === 0 && !isSpace(byte)) state.begins = state.line;
      if (state.inText) {
        if (state.escaped) state.escaped = false;
        else if (byte === ESCAPE) state.escaped = true;
        else if (byte === QUOTE) state.inText = false;
        continue;
      }
      if (byte === QUOTE) state.inText = true;
      else if (OPEN.has(byte)) state.depth += 1;
      else if (CLOSE.has(byte)) state.depth -= 1;
      const ends = state.depth === 0 || (state.depth === 1 && byte === COMMA);
      if (!ends) continue;
      state.held.push(bytes.subarray(from, at));
      const empty = state.held.every((part) => part.every(isSpace));
      if (!empty || byte === COMMA || index > 0) yield parse(state.held, index++, state.begins || state.line);
      [state.held, state.begins, from] = [[], 0, at + 1];
    }
    if (state.depth > 0) state.held.push(bytes.subarray(from));
  }
  if (!state.started) yield null;
  else if (state.depth > 0)
    yield { index, line: state.begins || state.line, raw: undefined, problem: 'the list ends early' };
}
