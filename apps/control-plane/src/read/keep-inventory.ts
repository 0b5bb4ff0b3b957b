import type { Inventory } from '@ablate/storage';

/** Looks again unless the last look is young enough; whoever asks meanwhile waits for the same look. */
export function keepInventory(
  take: () => Promise<Inventory>,
  now: () => number = Date.now,
): (maxAgeMs?: number) => Promise<Inventory> {
  let last: { readonly at: number; readonly found: Inventory } | null = null;
  let looking: Promise<Inventory> | null = null;
  const look = (): Promise<Inventory> => {
    const at = now();
    const found = take().then((inventory) => {
      last = { at, found: inventory };
      return inventory;
    });
    const done = (): void => {
      if (looking === found) looking = null;
    };
    found.then(done, done);
    looking = found;
    return found;
  };
  return (maxAgeMs = 0) => {
    if (last && now() - last.at <= maxAgeMs && maxAgeMs > 0) return Promise.resolve(last.found);
    return maxAgeMs > 0 && looking ? looking : look();
  };
}
