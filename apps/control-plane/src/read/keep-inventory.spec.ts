import { describe, expect, it } from '@jest/globals';
import type { Inventory } from '@ablate/storage';
import { keepInventory } from './keep-inventory.js';

describe('a kept inventory', () => {
  it('is looked at again when it is too old, or when it must be fresh', async () => {
    let looks = 0;
    let time = 0;
    const inventory = keepInventory(
      async () => ({ looks: (looks += 1) }) as unknown as Inventory,
      () => time,
    );
    const ask = async (age?: number): Promise<unknown> =>
      ((await inventory(age)) as unknown as { looks: number }).looks;
    expect([await ask(1000), await ask(1000), await ask()]).toEqual([1, 1, 2]);
    time = 1000;
    expect(await ask(1000)).toBe(2);
    time = 2001;
    expect(await Promise.all([ask(1000), ask(1000)])).toEqual([3, 3]);
  });
});
