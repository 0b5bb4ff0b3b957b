import { namesLevel, patterns } from './levels.js';
import type { Condition, GridSpec, Levels } from './spec.js';

/** Whether every entry holds; an axis that is absent matches nothing. */
export function holds(condition: Condition, levels: Levels): boolean {
  return Object.entries(condition).every(([axis, entry]) => {
    const level = levels[axis];
    return level !== undefined && patterns(entry).some((pattern) => namesLevel(pattern, level));
  });
}

/** The same levels without the axes whose condition fails. A condition on an axis that is itself absent fails. */
export function applyWhen(when: GridSpec['when'], levels: Levels): Levels {
  if (when === undefined) return levels;
  let left = levels;
  // An axis that goes may take others with it: repeat until nothing goes. Conditions have no cycles, so this ends.
  for (;;) {
    const kept: [string, Levels[string]][] = Object.entries(left).filter(([axis]) => {
      const condition = when[axis];
      return condition === undefined || holds(condition, left);
    });
    if (kept.length === Object.keys(left).length) return left;
    left = Object.fromEntries(kept);
  }
}
