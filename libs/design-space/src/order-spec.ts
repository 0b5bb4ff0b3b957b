import { KNOWN_AXES } from './validate.js';

const FIELDS = [
  'version',
  'project',
  'name',
  'axes',
  'when',
  'zip',
  'exclude',
  'include',
  'baseline',
  'design',
  'seeds',
  'evaluate',
  'defaults',
  'earlyStop',
  'resources',
  'priority',
  'maxParallel',
];

const ordered = (value: object, names: readonly string[]): Record<string, unknown> => {
  const place = (name: string): number => (names.includes(name) ? names.indexOf(name) : names.length);
  return Object.fromEntries(
    Object.entries(value).sort(([a], [b]) => place(a) - place(b) || (a < b ? -1 : 1)),
  );
};

/** A grid spec with its fields, its axes and its baseline in the order in which people write them; a database keeps none. Others follow by name. */
export function orderSpec(spec: object): Record<string, unknown> {
  const fields = ordered(spec, FIELDS);
  for (const part of ['axes', 'baseline']) {
    const value = fields[part];
    if (typeof value === 'object' && value !== null) fields[part] = ordered(value, KNOWN_AXES);
  }
  return fields;
}
