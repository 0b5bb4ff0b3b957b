import type { AblateError } from '@ablate/errors';
import { gridError, unknownAxis } from './grid-error.js';
import { suggest } from './nearest.js';
import { levelLabel, namesLevel, normaliseLevel, patterns } from './levels.js';
import type { Condition, GridSpec, Level } from './spec.js';

/** The axes that every run has, in the order in which cells vary (the first slowest). */
export const KNOWN_AXES = ['encoder', 'connector', 'llm', 'data', 'strategy'] as const;
const DOTTED = /^[A-Za-z][\w-]*(\.[A-Za-z][\w:-]*)+$/;

export interface Axis {
  readonly name: string;
  readonly levels: readonly Level[];
}

const rank = (name: string): number => {
  const known = (KNOWN_AXES as readonly string[]).indexOf(name);
  return known === -1 ? KNOWN_AXES.length : known;
};

/** Axes in one order whatever the order of keys in the file: the known ones, then dotted paths by name. */
export function readAxes(spec: GridSpec): readonly Axis[] {
  const names = Object.keys(spec.axes).sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  if (names.length === 0)
    throw gridError('EMPTY_GRID', {
      message: 'The grid has no axes.',
      path: 'axes',
      value: {},
      rule: 'a grid has at least one axis',
      fix: 'Name an encoder, a connector, an llm and data under axes.',
    });
  return names.map((name) => {
    const path = `axes.${name}`;
    const levels = spec.axes[name] ?? [];
    if (rank(name) === KNOWN_AXES.length && !DOTTED.test(name))
      throw gridError('UNKNOWN_AXIS', {
        message: `'${name}' is neither a known axis nor a dotted path.`,
        path,
        value: name,
        rule: 'an axis is a known name or a dotted path into the run, such as stages.finetune.learningRate',
        fix: suggest(name, KNOWN_AXES),
      });
    if (levels.length === 0)
      throw gridError('EMPTY_AXIS', {
        message: `The axis '${name}' has no levels.`,
        path,
        value: levels,
        rule: 'an axis has at least one level',
        fix: 'List its levels, or remove the axis.',
      });
    return { name, levels: levels.map(normaliseLevel) };
  });
}

const emptyCondition = (path: string, value: unknown): AblateError =>
  gridError('EMPTY_CONDITION', {
    message: `'${path}' is empty: it says nothing about any cell.`,
    path,
    value,
    rule: 'a condition names at least one axis and level',
    fix: 'Name the axis and level, or remove the entry.',
  });

/** Checks that a condition names axes and levels that the grid has; a misspelt one would silently match nothing. */
function checkCondition(condition: Condition, path: string, axes: readonly Axis[]): void {
  for (const [name, entry] of Object.entries(condition)) {
    const axis = axes.find((candidate) => candidate.name === name);
    if (!axis)
      throw unknownAxis(
        name,
        `${path}.${name}`,
        axes.map((candidate) => candidate.name),
      );
    if (patterns(entry).length === 0) throw emptyCondition(`${path}.${name}`, entry);
    for (const pattern of patterns(entry)) findLevel(axis, pattern, `${path}.${name}`);
  }
  if (Object.keys(condition).length === 0) throw emptyCondition(path, condition);
}

/** The levels of an axis that a pattern names. Throws when there are none. */
export function findLevel(axis: Axis, pattern: Level, path: string): readonly Level[] {
  const found = axis.levels.filter((level) => namesLevel(pattern, level));
  if (found.length === 0)
    throw gridError('UNKNOWN_LEVEL', {
      message: `'${path}' names the level ${levelLabel(pattern)}, which the axis '${axis.name}' does not have.`,
      path,
      value: pattern,
      rule: `a level named here is listed under axes.${axis.name}`,
      fix: suggest(levelLabel(pattern), axis.levels.map(levelLabel)),
    });
  return found;
}

function checkZip(spec: GridSpec, axes: readonly Axis[]): void {
  const seen = new Map<string, number>();
  (spec.zip ?? []).forEach((group, i) => {
    const path = `zip.${i}`;
    if (group.length < 2)
      throw gridError('ZIP_TOO_SHORT', {
        message: `'${path}' zips fewer than two axes.`,
        path,
        value: group,
        rule: 'a zip group has at least two axes',
        fix: 'Add the axis that moves with it, or remove the group.',
      });
    const lengths = group.map((name, j) => {
      const axis = axes.find((candidate) => candidate.name === name);
      if (!axis)
        throw unknownAxis(
          name,
          `${path}.${j}`,
          axes.map((candidate) => candidate.name),
        );
      if (seen.has(name))
        throw gridError('ZIP_AXIS_TWICE', {
          message: `The axis '${name}' is zipped twice (zip.${seen.get(name)} and ${path}).`,
          path: `${path}.${j}`,
          value: name,
          rule: 'an axis is in at most one zip group, once',
          fix: 'Put all axes that move together into one group.',
        });
      seen.set(name, i);
      return axis.levels.length;
    });
    if (new Set(lengths).size > 1)
      throw gridError('ZIP_UNEQUAL', {
        message: `'${path}' zips axes of unequal lengths: ${group.map((name, j) => `${name} has ${lengths[j]}`).join(', ')}.`,
        path,
        value: group,
        rule: 'zipped axes have equally many levels',
        fix: 'Give every axis of the group one level per position (a level may repeat).',
      });
  });
}

function checkWhen(spec: GridSpec, axes: readonly Axis[]): void {
  const when = spec.when ?? {};
  for (const [name, condition] of Object.entries(when)) {
    if (!axes.some((axis) => axis.name === name))
      throw unknownAxis(
        name,
        `when.${name}`,
        axes.map((axis) => axis.name),
      );
    checkCondition(condition, `when.${name}`, axes);
  }
  const visit = (name: string, trail: readonly string[]): void => {
    if (trail.includes(name))
      throw gridError('WHEN_CYCLE', {
        message: `The axis '${name}' exists only where itself holds (${[...trail, name].join(' -> ')}).`,
        path: `when.${trail[0]}`,
        value: when[name],
        rule: 'conditions do not go in a circle',
        fix: 'Let the condition name an axis that does not depend on this one.',
      });
    for (const next of Object.keys(when[name] ?? {})) visit(next, [...trail, name]);
  };
  for (const name of Object.keys(when)) visit(name, []);
}

/** Everything that can be wrong with a grid apart from its levels' names, which the catalogue knows. */
export function checkGrid(spec: GridSpec, axes: readonly Axis[]): void {
  if (spec.earlyStop !== undefined)
    throw gridError('NOT_IN_THIS_BUILD', {
      message: 'Early stopping is not in this build.',
      path: 'earlyStop',
      value: spec.earlyStop,
      rule: 'a field is honoured or refused, never ignored',
      fix: 'Remove earlyStop: every run then trains to its end.',
    });
  checkZip(spec, axes);
  checkWhen(spec, axes);
  (spec.exclude ?? []).forEach((condition, i) => checkCondition(condition, `exclude.${i}`, axes));
}
