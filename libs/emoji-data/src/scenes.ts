import { CATEGORIES } from './concepts.js';
import { cumulate, type Random } from './random.js';
import { SCENE_SIZES, SINGLE_SIZES, type Sprite } from './sprites.js';

export const IMAGE_SIZE = 48;
export const CELLS = ['top left', 'top right', 'bottom left', 'bottom right'] as const;
export type Cell = (typeof CELLS)[number];

export interface Thing {
  readonly sprite: Sprite;
  /** null for the one thing of a single. */
  readonly cell: Cell | null;
}

/** What an image shows; `things` in reading order. */
export interface Scene {
  readonly kind: 'single' | 'scene';
  readonly things: readonly Thing[];
}

export interface Picture {
  readonly scene: Scene;
  /** 48 x 48 RGB, row-major. */
  readonly rgb: Uint8Array;
}

/** Sprites to draw from, rare categories and colours oftener: weight = category count^-0.6 x colour count^-0.4. */
export interface Pool {
  readonly sprites: readonly Sprite[];
  readonly cumulative: Float64Array;
}

export function poolOf(sprites: readonly Sprite[]): Pool {
  const count = (same: (other: Sprite) => boolean): number => sprites.filter(same).length;
  const categories = new Map(
    CATEGORIES.map((category) => [category, count(({ concept }) => concept.category === category)]),
  );
  const colours = new Map(
    [...new Set(sprites.map(({ colour }) => colour))].map((colour) => [
      colour,
      count((other) => other.colour === colour),
    ]),
  );
  const weights = sprites.map(
    ({ concept, colour }) => categories.get(concept.category)! ** -0.6 * colours.get(colour)! ** -0.4,
  );
  return { sprites, cumulative: cumulate(weights) };
}

/** Alpha paste of an RGBA square onto an RGB image. */
function paste(rgb: Uint8Array, sprite: Uint8Array, size: number, left: number, top: number): void {
  for (let y = 0; y < size; y += 1) {
    for (let x = 0; x < size; x += 1) {
      const from = 4 * (y * size + x);
      const to = 3 * ((top + y) * IMAGE_SIZE + left + x);
      const alpha = sprite[from + 3]! / 255;
      for (let c = 0; c < 3; c += 1)
        rgb[to + c] = Math.round(alpha * sprite[from + c]! + (1 - alpha) * rgb[to + c]!);
    }
  }
}

function background(random: Random): Uint8Array {
  const rgb = new Uint8Array(3 * IMAGE_SIZE * IMAGE_SIZE).fill(255);
  if (random.unit() < 0.5) return rgb;
  const light = [random.integer(200, 255), random.integer(200, 255), random.integer(200, 255)];
  for (let i = 0; i < rgb.length; i += 1) rgb[i] = light[i % 3]!;
  return rgb;
}

const COUNTS = [1, 2, 3, 4] as const;
const nextSprite = (random: Random, pool: Pool): Sprite => pool.sprites[random.weighted(pool.cumulative)]!;

/** Draws what an image shows: one thing, or 1 to 4 things in the cells of a 2 x 2 grid. */
export function drawScene(random: Random, pool: Pool, kind: Scene['kind']): Scene {
  if (kind === 'single') return { kind, things: [{ sprite: nextSprite(random, pool), cell: null }] };
  const cells = random
    .shuffle([0, 1, 2, 3])
    .slice(0, random.pick(COUNTS))
    .sort((a, b) => a - b);
  return { kind, things: cells.map((cell) => ({ sprite: nextSprite(random, pool), cell: CELLS[cell]! })) };
}

/** Paints a scene: a single's sprite of 32, 40 or 48 px anywhere; a cell's of 20 or 24 px with up to 4 px of jitter. */
export function paint(random: Random, { kind, things }: Scene): Uint8Array {
  const rgb = background(random);
  for (const { sprite, cell } of things) {
    const size = random.pick(kind === 'single' ? SINGLE_SIZES : SCENE_SIZES);
    const half = IMAGE_SIZE / 2;
    const room = kind === 'single' ? IMAGE_SIZE - size : Math.min(4, half - size);
    const index = cell ? CELLS.indexOf(cell) : 0;
    const left = (index % 2) * half + random.integer(0, room);
    const top = Math.floor(index / 2) * half + random.integer(0, room);
    paste(rgb, sprite.pixels.get(size)!, size, left, top);
  }
  return rgb;
}

export function drawPicture(random: Random, pool: Pool, kind: Scene['kind']): Picture {
  const scene = drawScene(random, pool, kind);
  return { scene, rgb: paint(random, scene) };
}
