import { levelLabel, type Level } from '@ablate/design-space';

/** A level as people read it. */
export const levelText = (level: unknown): string => (level === undefined ? '∅' : levelLabel(level as Level));

/** Last part of a dotted axis, the whole where that is not unique. */
export function axisNames(axes: readonly string[]): ReadonlyMap<string, string> {
  const last = (axis: string): string => axis.split('.').at(-1)!;
  const uses = new Map<string, number>();
  for (const axis of axes) uses.set(last(axis), (uses.get(last(axis)) ?? 0) + 1);
  return new Map(axes.map((axis) => [axis, uses.get(last(axis)) === 1 ? last(axis) : axis]));
}
