import { levelLabel, type GridSpec, type Level } from '@ablate/design-space';

/** A level as the form's tags show it, and back: names and numbers as they are, objects as JSON. */
export const tagOf = (level: Level): string =>
  typeof level === 'object' && level !== null ? JSON.stringify(level) : String(level);

export function levelOf(tag: string): Level {
  const text = tag.trim();
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || ['number', 'boolean', 'object'].includes(typeof value)) return value as Level;
  } catch {
    // A name.
  }
  return text;
}

type Axes = Record<string, readonly Level[]>;

const same = (a: Level | undefined, b: Level): boolean => JSON.stringify(a) === JSON.stringify(b);

/** A grid with other levels of an axis; without levels the axis goes, and the baseline keeps only what exists. */
export function withLevels(spec: GridSpec, axis: string, levels: readonly Level[]): GridSpec {
  const { [axis]: _old, ...others } = spec.axes as Axes;
  const axes: Axes = levels.length === 0 ? others : { ...spec.axes, [axis]: levels };
  if (!spec.baseline) return { ...spec, axes };
  const baseline = Object.fromEntries(
    Object.entries(spec.baseline).filter(
      ([name, level]) =>
        name !== axis ||
        levels.some((one) => same(level, one) || levelLabel(one).startsWith(levelLabel(level))),
    ),
  );
  return { ...spec, axes, baseline };
}

export const withSeeds = (spec: GridSpec, seeds: number): GridSpec => ({
  ...spec,
  seeds:
    typeof spec.seeds === 'object'
      ? { ...spec.seeds, values: Array.from({ length: seeds }, (_, i) => i + 1) }
      : seeds,
});

export const seedCount = ({ seeds }: GridSpec): number =>
  typeof seeds === 'object' ? seeds.values.length : (seeds ?? 1);

export const withBaseline = (spec: GridSpec, axis: string, level: Level): GridSpec => ({
  ...spec,
  baseline: { ...spec.baseline, [axis]: level },
});
