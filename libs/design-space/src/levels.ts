import { canonicalJson } from './canonical.js';
import type { Level, ObjectLevel } from './spec.js';

export const isObjectLevel = (level: Level | readonly Level[]): level is ObjectLevel =>
  typeof level === 'object' && level !== null && !Array.isArray(level);

/** `{ id: linear }` says no more than `linear`: both are the same level and give the same cell id. */
export function normaliseLevel(level: Level): Level {
  if (!isObjectLevel(level)) return level;
  return Object.keys(level).length === 1 && typeof level['id'] === 'string' ? level['id'] : level;
}

/** What a level is called: itself, an object's `id`, else its canonical JSON. */
export function levelName(level: Level): string {
  if (!isObjectLevel(level)) return String(level);
  return typeof level['id'] === 'string' ? level['id'] : canonicalJson(level);
}

/** A level in full, e.g. `resampler(numQueries=16)`: distinct levels of an axis have distinct labels. */
export function levelLabel(level: Level): string {
  if (!isObjectLevel(level)) return String(level);
  const settings = Object.keys(level)
    .filter((key) => key !== 'id')
    .sort()
    .map((key) => {
      const value = level[key];
      return `${key}=${typeof value === 'string' ? value : canonicalJson(value)}`;
    });
  const id = level['id'];
  return `${typeof id === 'string' ? id : ''}(${settings.join(', ')})`;
}

/**
 * Whether `pattern` names `level`: a scalar names an equal scalar or the object with that `id`;
 * an object names the objects that agree on every key it gives.
 */
export function namesLevel(pattern: Level, level: Level): boolean {
  const wanted = normaliseLevel(pattern);
  const actual = normaliseLevel(level);
  if (!isObjectLevel(wanted))
    return isObjectLevel(actual) ? actual['id'] === wanted : Object.is(actual, wanted);
  if (!isObjectLevel(actual)) return false;
  return Object.keys(wanted).every(
    (key) => key in actual && canonicalJson(actual[key]) === canonicalJson(wanted[key]),
  );
}

/** A condition's entry as a list of patterns. */
export const patterns = (entry: Level | readonly Level[]): readonly Level[] =>
  Array.isArray(entry) ? (entry as readonly Level[]) : [entry as Level];

/** What a level is called among its axis's levels: its id where that says which one it is, else with its settings. */
export function shortLabel(level: Level, axis: readonly Level[]): string {
  const name = levelName(level);
  return axis.filter((other) => levelName(other) === name).length <= 1 ? name : levelLabel(level);
}
