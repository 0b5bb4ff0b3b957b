import sharp from 'sharp';
import { dominantColour, type Colour } from './colours.js';
import type { Drawing } from './drawings.js';

export const SCENE_SIZES = [20, 24] as const;
export const SINGLE_SIZES = [32, 40, 48] as const;
const SIZES = [...SCENE_SIZES, ...SINGLE_SIZES];
const RENDER_SIZE = 96;

/** A drawing, rendered: RGBA pictures by edge length in pixels. */
export interface Sprite extends Omit<Drawing, 'svg'> {
  readonly colour: Colour | null;
  readonly pixels: ReadonlyMap<number, Uint8Array>;
}

async function render({ concept, artist, svg }: Drawing): Promise<Sprite> {
  const options = { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
  const { data } = await sharp(Buffer.from(svg), { density: 192 })
    .resize(RENDER_SIZE, RENDER_SIZE, options)
    .ensureAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = { width: RENDER_SIZE, height: RENDER_SIZE, channels: 4 } as const;
  const pixels = new Map<number, Uint8Array>();
  for (const size of SIZES) pixels.set(size, await sharp(data, { raw }).resize(size, size).raw().toBuffer());
  return { concept, artist, colour: dominantColour(pixels.get(24)!), pixels };
}

/** Renders drawings once, a few at a time; the result has their order. Training and evaluation only paste. */
export async function renderSprites(drawings: readonly Drawing[]): Promise<Sprite[]> {
  const sprites: Sprite[] = [];
  const lanes = 8;
  for (let i = 0; i < drawings.length; i += lanes) {
    sprites.push(...(await Promise.all(drawings.slice(i, i + lanes).map(render))));
  }
  return sprites;
}
