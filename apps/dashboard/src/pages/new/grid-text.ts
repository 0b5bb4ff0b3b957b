import { parseGridSpec } from '@ablate/contracts';
import { AblateError, toErrorShape, type AblateErrorShape } from '@ablate/errors';
import { orderSpec, type GridSpec } from '@ablate/design-space';
import { isMap, LineCounter, parseDocument, stringify, type Document } from 'yaml';

export interface Located {
  readonly error: AblateErrorShape;
  /** From 1; null where the text has no such place. */
  readonly line: number | null;
}

export type ReadGrid =
  { readonly spec: GridSpec; readonly problem: null } | { readonly spec: null; readonly problem: Located };

/** A grid's text as a spec, or what is wrong and on which line. */
export function readGrid(text: string): ReadGrid {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: true });
  const [broken] = document.errors;
  if (broken) {
    const error = new AblateError('BAD_YAML', broken.message.split('\n')[0]!.replace(/ at line.*$/, '.'), {
      rule: 'YAML or JSON.',
      fix: 'Check indentation, brackets and quotes.',
    });
    return { spec: null, problem: { error: error.toJSON(), line: lines.linePos(broken.pos[0]).line } };
  }
  try {
    return { spec: parseGridSpec(document.toJS()), problem: null };
  } catch (thrown) {
    return { spec: null, problem: locate(text, thrown) };
  }
}

/** An error with the line that its path leads to: of the field itself, else of what is around it. */
export function locate(text: string, thrown: unknown): Located {
  const error = toErrorShape(thrown);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  return {
    error,
    line: error.path === null ? null : lineOf(document, error.path.replace(/^spec\./, ''), lines),
  };
}

function lineOf(document: Document, path: string, lines: LineCounter): number | null {
  let node: unknown = document.contents;
  let line: number | null = null;
  for (let rest = path; rest !== '';) {
    const found = isMap(node) ? longestKey(node, rest) : itemOf(node, rest);
    if (!found) return line;
    if (found.at !== null) line = lines.linePos(found.at).line;
    node = found.value;
    rest = found.rest;
  }
  return line;
}

interface Found {
  readonly at: number | null;
  readonly value: unknown;
  readonly rest: string;
}

/** Axes have dots in their names: the longest key that fits is meant. */
function longestKey(node: unknown, path: string): Found | null {
  if (!isMap(node)) return null;
  let best: Found | null = null;
  let longest = -1;
  for (const { key, value } of node.items) {
    const name = String((key as { value?: unknown }).value ?? key);
    if ((path === name || path.startsWith(`${name}.`)) && name.length > longest) {
      longest = name.length;
      best = { at: startOf(key), value, rest: path.slice(name.length + 1) };
    }
  }
  return best;
}

function itemOf(node: unknown, path: string): Found | null {
  const items = (node as { items?: unknown[] } | null)?.items;
  const [index, ...rest] = path.split('.');
  const value = items?.[Number(index)];
  return value === undefined ? null : { at: startOf(value), value, rest: rest.join('.') };
}

const startOf = (node: unknown): number | null =>
  (node as { range?: readonly number[] } | null)?.range?.[0] ?? null;

/** A spec as a person would write it. */
export function writeGrid(spec: GridSpec): string {
  const document = parseDocument(stringify(orderSpec(spec)));
  // Lists of levels on one line each, as in the examples.
  const axes = document.get('axes');
  if (isMap(axes)) for (const { value } of axes.items) (value as { flow?: boolean }).flow = true;
  for (const name of ['baseline', 'seeds', 'evaluate', 'zip', 'when', 'exclude', 'include'])
    if (document.has(name) && typeof document.get(name) === 'object')
      (document.get(name) as { flow?: boolean }).flow = true;
  return document.toString({ lineWidth: 110, flowCollectionPadding: true });
}
