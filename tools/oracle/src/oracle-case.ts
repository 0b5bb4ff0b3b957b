import { existsSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { parseCsv } from './csv.js';

type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };
export type { Json };

/** What case.json holds. Only `kind` is always there. */
export interface CaseSpec {
  readonly kind: string;
  readonly axes?: Readonly<Record<string, readonly (string | number)[]>>;
  readonly baseline?: Readonly<Record<string, string | number>>;
  readonly alpha?: number;
  readonly notes?: readonly string[];
  readonly tolerance?: Readonly<Record<string, number | string>>;
  readonly [key: string]: unknown;
}

/** One folder: the question (spec and rows), the inputs that by convention stand beside the answers, and the answers. */
export interface OracleCase {
  readonly name: string;
  readonly spec: CaseSpec;
  readonly rows: readonly Readonly<Record<string, string>>[];
  /** Text of a further file that the case names. */
  readonly file: (name: string) => string;
  readonly expected: JsonObject;
}

export function readCase(folder: string): OracleCase {
  const text = (name: string): string => readFileSync(join(folder, name), 'utf8');
  const data = existsSync(join(folder, 'data.csv')) ? text('data.csv') : '';
  return {
    name: basename(folder),
    spec: JSON.parse(text('case.json')) as CaseSpec,
    rows: parseCsv(data),
    file: text,
    expected: JSON.parse(text('expected.json')) as JsonObject,
  };
}
