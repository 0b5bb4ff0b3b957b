import type { Cell, Scene } from '../src/scenes.js';
import type { Category } from '../src/concepts.js';
import type { Colour } from '../src/colours.js';
import type { Sprite } from '../src/sprites.js';

/** A drawing that nobody looks at: only what is said of it counts. */
export const spriteOf = (
  category: Category,
  colour: Colour | null,
  name = `a ${category}`,
  tags: readonly string[] = [],
): Sprite => ({
  concept: { code: name, name, tags, category, split: 'train' },
  artist: 'noto',
  colour,
  pixels: new Map(),
});

export const single = (sprite: Sprite): Scene => ({ kind: 'single', things: [{ sprite, cell: null }] });

export const sceneOf = (things: Readonly<Partial<Record<Cell, Sprite>>>): Scene => ({
  kind: 'scene',
  things: (['top left', 'top right', 'bottom left', 'bottom right'] as const).flatMap((cell) => {
    const sprite = things[cell];
    return sprite ? [{ sprite, cell }] : [];
  }),
});
