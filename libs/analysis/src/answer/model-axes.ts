import { aliasedGroups, confounding, joinAxes } from '../design/confounding.js';
import { usable, type Run } from '../linear/runs.js';
import { fixedAxes, tellFixed, tellOverlaps, type Alias, type Withheld } from './overlaps.js';

export type AxisTable = Readonly<Record<string, readonly string[]>>;

export interface ModelAxes {
  /** Axes with two levels or more among the runs that count; joined ones stand together. */
  readonly axes: AxisTable;
  readonly baseline: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
  /** Axes with one level, and that level. */
  readonly constant: Readonly<Record<string, string>>;
  readonly aliases: readonly Alias[];
  /** Joint axes that nobody asked for, and axes that others fix: their effect is not given to one of the names. */
  readonly withheld: readonly Withheld[];
}

interface Table {
  readonly axes: AxisTable;
  readonly baseline: Readonly<Record<string, string>>;
  readonly runs: readonly Run[];
}

/** Levels of a joint axis: the combinations that occur, in the order of the grid of its parts. */
function jointLevels(table: Table, joint: readonly string[]): string[] {
  const place = (run: Run): number =>
    joint.reduce(
      (sum, axis) =>
        sum * (table.axes[axis]?.length ?? 1) + (table.axes[axis]?.indexOf(run.levels[axis] ?? '') ?? 0),
      0,
    );
  const name = joint.join(' + ');
  const places = new Map(table.runs.map((run) => [joinAxes(run.levels, joint)[name] as string, place(run)]));
  return [...places].sort(([, a], [, b]) => a - b).map(([level]) => level);
}

function joined(table: Table, joint: readonly string[]): Table {
  const name = joint.join(' + ');
  const axes = Object.fromEntries(
    Object.entries(table.axes).flatMap(([axis, levels]): [string, readonly string[]][] =>
      axis === joint[0] ? [[name, jointLevels(table, joint)]] : joint.includes(axis) ? [] : [[axis, levels]],
    ),
  );
  const known = joint.every((axis) => table.baseline[axis] !== undefined);
  const { [name]: level, ...rest } = joinAxes(table.baseline, joint);
  const exists = known && level !== undefined && axes[name]?.includes(level);
  return {
    axes,
    baseline: exists ? { ...rest, [name]: level } : rest,
    runs: table.runs.map((run) => ({ ...run, levels: joinAxes(run.levels, joint) })),
  };
}

/**
 * The axes that a model can be built on: those asked for are joined, those with one level are set aside, axes that always move together
 * are joined too, their effect withheld from each of them, and axes that another one fixes are left out, since they add nothing to it.
 * Throws a RangeError for a joint axis that does not exist.
 */
export function modelAxes(table: Table, joint: readonly (readonly string[])[]): ModelAxes {
  for (const axis of joint.flat())
    if (table.axes[axis] === undefined)
      throw new RangeError(`'${axis}' is no axis: ${Object.keys(table.axes).join(', ')}.`);
  const asked = joint.reduce(joined, table);
  const { used } = usable(asked.runs);
  const seen = (axis: string): Set<string | undefined> => new Set(used.map(({ levels }) => levels[axis]));
  const varying = Object.entries(asked.axes)
    .map(([axis, levels]) => [axis, levels.filter((level) => seen(axis).has(level))] as const)
    .filter(([, levels]) => levels.length > 1);
  const constant = Object.fromEntries(
    Object.keys(asked.axes)
      .filter((axis) => !varying.some(([name]) => name === axis))
      .map((axis) => [axis, [...seen(axis)][0] ?? '-']),
  );
  const names = varying.map(([axis]) => axis);
  const report = confounding(
    names,
    used.map(({ levels }) => levels),
  );
  const groups = aliasedGroups(report);
  const fixed = fixedAxes(report);
  const start: Table = {
    axes: Object.fromEntries(varying),
    baseline: Object.fromEntries(
      Object.entries(asked.baseline).filter(([axis, level]) =>
        varying.some(([name, levels]) => name === axis && levels.includes(level)),
      ),
    ),
    runs: asked.runs.map((run) => ({
      ...run,
      levels: Object.fromEntries(names.map((name) => [name, run.levels[name] ?? '-'])),
    })),
  };
  // Groups that another axis fixes go with their members.
  const free = groups.filter((group) => !fixed.has(group[0] as string));
  const all = free.reduce(joined, start);
  const open = Object.entries(all.axes).filter(([axis]) => !fixed.has(axis));
  const kept = usable(all.runs).used;
  const left = tellOverlaps(
    confounding(
      open.map(([axis]) => axis),
      kept.map(({ levels }) => levels),
    ),
  );
  const alone = tellFixed(fixed);
  const together = free.map((axes) => ({
    axis: axes.join(' + '),
    reason: `${axes.join(' and ')} are confounded. Ask for their joint effect (--joint ${axes.join(',')}), or add runs that vary one without the other.`,
  }));
  return {
    ...all,
    axes: Object.fromEntries(open),
    baseline: Object.fromEntries(Object.entries(all.baseline).filter(([axis]) => !fixed.has(axis))),
    constant,
    aliases: [
      ...groups.map((axes) => ({
        axes,
        sentence: `${axes.join(' and ')} always change together in these runs: no statistics can tell which of them a difference comes from.`,
      })),
      ...alone.aliases,
      ...left.aliases,
    ],
    withheld: [
      ...together,
      ...alone.withheld,
      ...left.withheld.filter(({ axis }) => !together.some((group) => group.axis === axis)),
    ],
  };
}
