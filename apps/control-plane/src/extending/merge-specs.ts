import { explainDifference } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { canonicalJson, readSeeds, type GridSpec, type Level } from '@ablate/design-space';

const same = (a: unknown, b: unknown): boolean => canonicalJson(a ?? null) === canonicalJson(b ?? null);

const SUBMIT = 'or submit the grid as an experiment of its own: finished stages are shared all the same.';

const refusal = (path: string, value: unknown, rule: string, fix: string): AblateError =>
  new AblateError('NOT_AN_EXTENSION', `An extension cannot change "${path}".`, {
    path,
    value: value ?? null,
    rule,
    fix: `${fix}, ${SUBMIT}`,
  });

/** `{ id: linear }` is `linear`. */
const nameOf = (level: Level): string =>
  canonicalJson(
    typeof level === 'object' && level !== null && Object.keys(level).length === 1 && 'id' in level
      ? level['id']
      : level,
  );

/** What is in either, that of the first before that of the second. */
const union = <T>(first: readonly T[], second: readonly T[], keyOf: (value: T) => string): T[] => {
  const known = new Set(first.map(keyOf));
  return [...first, ...second.filter((value) => !known.has(keyOf(value)))];
};

/** Fields that say what a run is or what it is compared with: old and new runs must agree on them. */
const FIXED = ['version', 'project', 'name', 'defaults', 'earlyStop', 'resources'] as const;

/**
 * Refuses what an extension may not change. It may change axes and their levels, design, exclude, include, seeds' values, evaluate,
 * priority and maxParallel; `when` and `zip` may gain entries. Whether runs stay what they are is checked run by run.
 */
export function checkExtension(before: GridSpec, after: GridSpec): void {
  for (const field of FIXED) {
    const [difference] = explainDifference(before[field] ?? {}, after[field] ?? {}, field);
    if (difference)
      throw refusal(
        difference.path,
        difference.b,
        `It is ${JSON.stringify(difference.a ?? null)} in this experiment.`,
        'Give it the same value',
      );
  }
  const { redraws } = readSeeds(before);
  if (!same(redraws, readSeeds(after).redraws))
    throw refusal(
      'seeds.redraws',
      readSeeds(after).redraws,
      `Seeds of this experiment redraw ${redraws?.join(', ') ?? 'every training'}.`,
      'Keep it and add to seeds.values',
    );
  for (const axis of Object.keys(before.axes))
    if (!(axis in after.axes))
      throw refusal(
        `axes.${axis}`,
        null,
        'Every axis of the experiment has a level in every cell.',
        'Name the axis with the levels that new cells shall have',
      );
  for (const [axis, condition] of Object.entries(before.when ?? {}))
    if (!same(condition, after.when?.[axis]))
      throw refusal(
        `when.${axis}`,
        after.when?.[axis],
        'Where an axis exists stays as it is.',
        'Keep the condition',
      );
  for (const group of before.zip ?? [])
    if (!(after.zip ?? []).some((other) => same(group, other)))
      throw refusal('zip', after.zip, 'Axes that move together go on doing so.', 'Keep the group');
}

/**
 * One description of everything that is in the experiment: axes, levels, seeds and benchmarks of both grids. It equals the new grid
 * where that holds the old one; where it does not, cells are a union that no single grid says, and the record of grids does.
 */
export function mergeSpecs(before: GridSpec, after: GridSpec): GridSpec {
  const seeds = readSeeds(before);
  const values = union(seeds.values, readSeeds(after).values, String);
  const axes = Object.fromEntries(
    Object.entries(after.axes).map(([axis, levels]) => [
      axis,
      union(before.axes[axis] ?? [], levels, nameOf),
    ]),
  );
  const evaluate = union(before.evaluate ?? [], after.evaluate ?? [], String);
  return {
    ...after,
    axes,
    ...(before.seeds === undefined && after.seeds === undefined
      ? {}
      : { seeds: { values, ...(seeds.redraws === null ? {} : { redraws: [...seeds.redraws] }) } }),
    ...(evaluate.length === 0 ? {} : { evaluate }),
  };
}

/** Levels, seeds and benchmarks that only the new grid has. */
export function addedParts(
  before: GridSpec,
  after: GridSpec,
): {
  readonly axes: readonly {
    readonly axis: string;
    readonly levels: readonly Level[];
    readonly isNew: boolean;
  }[];
  readonly seeds: readonly number[];
  readonly benchmarks: readonly string[];
} {
  const old = new Set(readSeeds(before).values);
  return {
    axes: Object.entries(after.axes).flatMap(([axis, levels]) => {
      const known = new Set((before.axes[axis] ?? []).map(nameOf));
      const fresh = levels.filter((level) => !known.has(nameOf(level)));
      return fresh.length === 0 ? [] : [{ axis, levels: fresh, isNew: !(axis in before.axes) }];
    }),
    seeds: readSeeds(after).values.filter((seed) => !old.has(seed)),
    benchmarks: (after.evaluate ?? []).filter((id) => !(before.evaluate ?? []).includes(id)),
  };
}
