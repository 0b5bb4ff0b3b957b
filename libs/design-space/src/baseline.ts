import { canonicalJson } from './canonical.js';
import type { Factor } from './factors.js';
import { gridError, unknownAxis } from './grid-error.js';
import { levelLabel, namesLevel, normaliseLevel } from './levels.js';
import type { Level, Levels } from './spec.js';
import { findLevel, type Axis } from './validate.js';

interface Completion {
  readonly path: string;
  /** Levels for axes that are not given; without it the first position. */
  readonly fallback: Levels | null;
  /** Whether levels that no axis lists are taken as they are. */
  readonly outside: boolean;
}

/** The one level of an axis that a pattern names: an equal one first, else the only one that fits. */
function resolve(axis: Axis, pattern: Level, path: string): Level {
  const found = new Map(findLevel(axis, pattern, path).map((level) => [canonicalJson(level), level]));
  const exact = found.get(canonicalJson(normaliseLevel(pattern)));
  if (exact !== undefined) return exact;
  const [first, ...more] = [...found.values()];
  if (first === undefined || more.length > 0)
    throw gridError('AMBIGUOUS_LEVEL', {
      message: `'${path}' fits several levels of '${axis.name}': ${[...found.values()].map(levelLabel).join(', ')}.`,
      path,
      value: pattern,
      rule: 'baseline and include name exactly one level of an axis',
      fix: 'Give more of the level’s keys.',
    });
  return first;
}

function completeFactor(factor: Factor, axes: readonly Axis[], given: Levels, how: Completion): Levels {
  const first = factor.positions[0] ?? {};
  const rest = Object.fromEntries(factor.axes.map((name) => [name, (how.fallback ?? first)[name] ?? null]));
  const named: Record<string, Level> = {};
  for (const name of factor.axes) {
    const pattern = given[name];
    const axis = axes.find((candidate) => candidate.name === name);
    if (pattern === undefined || !axis) continue;
    const listed = axis.levels.some((level) => namesLevel(pattern, level));
    named[name] =
      listed || !how.outside ? resolve(axis, pattern, `${how.path}.${name}`) : normaliseLevel(pattern);
  }
  if (Object.keys(named).length === 0) return rest;
  const together = factor.positions.find((position) =>
    Object.entries(named).every(([name, level]) => canonicalJson(position[name]) === canonicalJson(level)),
  );
  if (together) return together;
  if (how.outside) return { ...rest, ...named };
  throw gridError('NOT_A_ZIP_POSITION', {
    message: `'${how.path}' gives levels of zipped axes that never move together.`,
    path: how.path,
    value: named,
    rule: `${factor.axes.join(' and ')} are zipped: their levels come from one position`,
    fix: 'Give one of the zipped axes only, or the levels of one position.',
  });
}

/** Levels for every axis: the given ones, zipped ones with their partners, the rest from the fallback. */
export function complete(
  given: Levels,
  axes: readonly Axis[],
  factors: readonly Factor[],
  how: Completion,
): Levels {
  const names = axes.map((axis) => axis.name);
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw unknownAxis(name, `${how.path}.${name}`, names);
  const levels: Levels = Object.assign(
    {},
    ...factors.map((factor) => completeFactor(factor, axes, given, how)),
  ) as Levels;
  return Object.fromEntries(names.map((name) => [name, levels[name] ?? null]));
}
