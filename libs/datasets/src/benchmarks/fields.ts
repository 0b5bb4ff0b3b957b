import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { badFile } from './question.js';

export type Json = Readonly<Record<string, unknown>>;

export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw badFile(file, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

export async function readJsonFile(file: string): Promise<unknown> {
  const text = await readText(file);
  try {
    return JSON.parse(text) as unknown;
  } catch (cause) {
    throw badFile(file, 'it is no JSON', cause);
  }
}

/** Objects of a file of JSON lines. */
export async function readJsonLines(file: string): Promise<Row[]> {
  return (await readText(file)).split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    let raw: unknown;
    try {
      raw = JSON.parse(line);
    } catch (cause) {
      throw badFile(file, `line ${i + 1} is no JSON`, cause);
    }
    return [new Row(file, `line ${i + 1}`, raw)];
  });
}

/** Rows of a tab-separated file with a header, as pandas writes it: quotes around fields that hold tabs, quotes or line ends. */
export async function readTsv(file: string): Promise<Row[]> {
  const text = (await readText(file)).replace(/^\ufeff/, '');
  const rows: string[][] = [];
  let [row, field, at] = [[] as string[], '', 0];
  const endField = (): void => {
    row.push(field);
    field = '';
  };
  while (at < text.length) {
    const character = text[at]!;
    if (character === '"' && field === '') {
      for (at += 1; at < text.length; at += 1) {
        const close = text.indexOf('"', at);
        if (close < 0) throw badFile(file, 'a quoted field has no end');
        field += text.slice(at, close);
        at = close;
        if (text[at + 1] !== '"') break;
        field += '"';
        at += 1;
      }
      at += 1;
    } else if (character === '\t') {
      endField();
      at += 1;
    } else if (character === '\n' || character === '\r') {
      endField();
      rows.push(row);
      row = [];
      at += character === '\r' && text[at + 1] === '\n' ? 2 : 1;
    } else {
      const next = /[\t\r\n]/g;
      next.lastIndex = at;
      const end = next.exec(text)?.index ?? text.length;
      field += text.slice(at, end);
      at = end;
    }
  }
  if (field !== '' || row.length > 0) {
    endField();
    rows.push(row);
  }
  const [header = [], ...body] = rows;
  return body
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map(
      (cells, i) =>
        new Row(file, `row ${i + 1}`, Object.fromEntries(header.map((name, c) => [name, cells[c] ?? '']))),
    );
}

/** One object of a file; its fields are read with a check that names file, place and field. */
export class Row {
  readonly raw: Json;

  constructor(
    private readonly file: string,
    readonly place: string,
    raw: unknown,
  ) {
    if (!isObject(raw)) throw badFile(file, `${place} is no object`);
    this.raw = raw;
  }

  private refuse(field: string, wanted: string): never {
    throw badFile(
      this.file,
      `${this.place}: "${field}" is ${JSON.stringify(this.raw[field]) ?? 'missing'}, not ${wanted}`,
    );
  }

  /** A text, or a number written as one. */
  text(field: string): string {
    const value = this.raw[field];
    if (typeof value === 'number') return String(value);
    return typeof value === 'string' && value !== '' ? value : this.refuse(field, 'a text');
  }

  /** The text of a field that may be empty or absent. */
  optional(field: string): string {
    const value = this.raw[field];
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  }

  whole(field: string): number {
    const value = Number(this.raw[field]);
    return this.raw[field] !== '' && Number.isInteger(value) ? value : this.refuse(field, 'a whole number');
  }

  texts(field: string): string[] {
    const value = this.raw[field];
    if (!Array.isArray(value) || value.length === 0) return this.refuse(field, 'a list of texts');
    return value.map((item) =>
      typeof item === 'string'
        ? item
        : typeof item === 'number'
          ? String(item)
          : this.refuse(field, 'a list of texts'),
    );
  }

  records(field: string): Row[] {
    const value = this.raw[field];
    if (!Array.isArray(value)) return this.refuse(field, 'a list');
    return value.map((item: unknown, i) => new Row(this.file, `${this.place}${field}[${i}] `, item));
  }

  child(field: string): Row {
    return new Row(this.file, `${this.place}.${field}`, this.raw[field]);
  }
}

/** The top of a JSON file, as an object. */
export const readObject = async (file: string): Promise<Row> => new Row(file, '', await readJsonFile(file));

/** The top of a JSON file, as a list of objects. */
export async function readObjects(file: string): Promise<Row[]> {
  const raw = await readJsonFile(file);
  if (!Array.isArray(raw)) throw badFile(file, 'it is no list');
  return raw.map((item: unknown, i) => new Row(file, `[${i}] `, item));
}

/** Names in a folder that match, sorted; at least one. */
export async function filesLike(folder: string, pattern: RegExp): Promise<string[]> {
  const all = await readdir(folder).catch(() => []);
  const names = all.filter((name) => pattern.test(name)).sort();
  if (names.length === 0) {
    const parquet = all.find((name) => name.endsWith('.parquet'));
    throw parquet === undefined
      ? badFile(join(folder, pattern.source), 'no file has such a name')
      : badFile(
          join(folder, parquet),
          `Parquet is not read here; convert it to JSON lines or, with the images in base64, to TSV, under a name like ${pattern.source}`,
        );
  }
  return names;
}
export const fileLike = async (folder: string, pattern: RegExp): Promise<string> =>
  (await filesLike(folder, pattern))[0]!;
