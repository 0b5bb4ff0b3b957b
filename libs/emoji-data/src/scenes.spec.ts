import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { loadConcepts } from './concepts.js';
import { loadDrawings } from './drawings.js';
import { randomOf } from './random.js';
import { CELLS, drawPicture, drawScene, IMAGE_SIZE, paint, poolOf, type Pool } from './scenes.js';
import { renderSprites, SCENE_SIZES, SINGLE_SIZES, type Sprite } from './sprites.js';
import { spriteOf } from '../test/scene-of.js';

/** Fully opaque squares of pure red, so that painted pixels can be told from any light background. */
const solid = (sprite: Sprite): Sprite => ({
  ...sprite,
  pixels: new Map(
    [...SCENE_SIZES, ...SINGLE_SIZES].map((size) => [
      size,
      Uint8Array.from({ length: 4 * size * size }, (_, i) => [255, 0, 0, 255][i % 4]!),
    ]),
  ),
});
const pool = poolOf([solid(spriteOf('food', 'red')), solid(spriteOf('face', 'red'))]);

const painted = (rgb: Uint8Array): { x: number; y: number }[] =>
  Array.from({ length: IMAGE_SIZE * IMAGE_SIZE }, (_, i) => i)
    .filter((i) => rgb[3 * i] === 255 && rgb[3 * i + 1] === 0)
    .map((i) => ({ x: i % IMAGE_SIZE, y: Math.floor(i / IMAGE_SIZE) }));

describe('drawPicture', () => {
  it('puts a whole sprite into each cell of the scene and nothing elsewhere', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const { scene, rgb } = drawPicture(randomOf(seed), pool, 'scene');
        const half = IMAGE_SIZE / 2;
        const counts = CELLS.map(
          (_, cell) =>
            painted(rgb).filter(
              ({ x, y }) => Math.floor(y / half) === cell >> 1 && Math.floor(x / half) === cell % 2,
            ).length,
        );
        CELLS.forEach((cell, i) => {
          const filled = scene.things.some((thing) => thing.cell === cell);
          expect(filled ? [400, 576] : [0]).toContain(counts[i]);
        });
      }),
      { numRuns: 200 },
    );
  });

  it('puts a whole single anywhere inside the picture', () => {
    const corners = new Set<string>();
    for (let seed = 0; seed < 100; seed += 1) {
      const pixels = painted(drawPicture(randomOf(seed), pool, 'single').rgb);
      expect([32 ** 2, 40 ** 2, 48 ** 2]).toContain(pixels.length);
      corners.add(`${pixels[0]!.x},${pixels[0]!.y}`);
    }
    expect(corners.size).toBeGreaterThan(30);
  });

  it('mixes a half-transparent pixel with the background', () => {
    const glass: Sprite = {
      ...spriteOf('food', null),
      pixels: new Map([[20, Uint8Array.from({ length: 1600 }, (_, i) => [0, 100, 200, 51][i % 4]!)]]),
    };
    const size = { unit: () => 0, pick: () => 20, integer: () => 0 } as unknown as ReturnType<
      typeof randomOf
    >;
    const rgb = paint(size, { kind: 'scene', things: [{ sprite: glass, cell: 'top left' }] });
    // A fifth of the sprite over white.
    expect([...rgb.subarray(0, 3)]).toEqual([204, 224, 244]);
  });

  it('is a function of the seed', () => {
    const draw = (seed: number): unknown => drawPicture(randomOf(seed), pool, 'scene');
    expect(draw(5)).toEqual(draw(5));
    expect(draw(5)).not.toEqual(draw(6));
  });
});

describe('drawScene', () => {
  it('has one to four things equally often, in different cells, in reading order', () => {
    const counts = [0, 0, 0, 0];
    const random = randomOf(1);
    for (let i = 0; i < 4000; i += 1) {
      const { things } = drawScene(random, pool, 'scene');
      counts[things.length - 1]! += 1;
      const cells = things.map(({ cell }) => CELLS.indexOf(cell!));
      expect(cells).toEqual([...new Set(cells)].sort((a, b) => a - b));
    }
    // Four standard deviations of a binomial of 4,000 draws.
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(110);
  });
});

describe('poolOf', () => {
  it('weighs a drawing by category count^-0.6 x colour count^-0.4', () => {
    const { cumulative } = poolOf([
      spriteOf('food', 'red'),
      spriteOf('food', 'red'),
      spriteOf('food', null),
      spriteOf('face', 'red'),
    ]);
    const weights = [...cumulative].map((sum, i, sums) => sum - (sums[i - 1] ?? 0));
    [3 ** -0.6 * 3 ** -0.4, 3 ** -1, 3 ** -0.6, 3 ** -0.4].forEach((weight, i) =>
      expect(weights[i]).toBeCloseTo(weight, 12),
    );
  });

  it('keeps rare categories from drowning among real drawings', async () => {
    const concepts = loadConcepts().filter((_, i) => i % 8 === 0);
    const real: Pool = poolOf(await renderSprites(loadDrawings(concepts, 'twemoji')));
    const random = randomOf(2);
    const drawn = new Map<string, number>();
    for (let i = 0; i < 4000; i += 1) {
      const { category } = drawScene(random, real, 'single').things[0]!.sprite.concept;
      drawn.set(category, (drawn.get(category) ?? 0) + 1);
    }
    expect(drawn.size).toBe(13);
    expect(Math.max(...drawn.values()) / Math.min(...drawn.values())).toBeLessThan(6);
  });
});
