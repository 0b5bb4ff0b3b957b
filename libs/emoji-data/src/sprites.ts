import sharp from 'sharp';
import { dominantColour, type Colour } from './colours.js';
import type { Drawing } from './drawings.js';

export const SCENE_SIZES = [20, 24] as const;
export const SINGLE_SIZES = [32, 40, 48] as const;
const SIZES = [...SCENE_SIZES, ...SINGLE_SIZES];
const RENDER_SIZE = 96;
const CHANNELS = 4;

/** A drawing, rendered: RGBA pictures by edge length in pixels. */
export interface Sprite extends Omit<Drawing, 'svg'> {
  readonly colour: Colour | null;
  readonly pixels: ReadonlyMap<number, Uint8Array>;
}

/** RGBA of RENDER_SIZE squared. */
function render({ svg }: Drawing): Promise<Buffer> {
  const options = { fit: 'contain', background: { r: 0, g: 0, b: 0, alpha: 0 } } as const;
  return sharp(Buffer.from(svg), { density: 192 })
    .resize(RENDER_SIZE, RENDER_SIZE, options)
    .ensureAlpha()
    .raw()
    .toBuffer();
}

/** Rows above and below a picture on a sheet: more than Lanczos reaches, and whole pixels at every size. */
const MARGIN = RENDER_SIZE / 4;
const PITCH = RENDER_SIZE + 2 * MARGIN;

/**
 * Pictures one above the other. Their margins repeat the first and the last `block` rows, so that each is resized as if it were alone:
 * libvips averages blocks of rows before it filters, and extends a picture by its outermost block.
 */
function sheetOf(pictures: readonly Buffer[], block: number): Buffer {
  const row = CHANNELS * RENDER_SIZE;
  const sheet = Buffer.alloc(row * PITCH * pictures.length);
  const source = (y: number): number => {
    if (y < 0) return (y + MARGIN) % block;
    return y < RENDER_SIZE ? y : RENDER_SIZE - block + (y % block);
  };
  pictures.forEach((picture, i) => {
    for (let y = 0; y < PITCH; y += 1) {
      const from = row * source(y - MARGIN);
      picture.copy(sheet, row * (i * PITCH + y), from, from + row);
    }
  });
  return sheet;
}

/** Resizes many pictures in one call a size: a call costs more than the pixels of one small picture. */
async function resizeAll(pictures: readonly Buffer[]): Promise<Map<number, Uint8Array>[]> {
  const raw = { width: RENDER_SIZE, height: PITCH * pictures.length, channels: CHANNELS } as const;
  const results = pictures.map(() => new Map<number, Uint8Array>());
  for (const size of SIZES) {
    const shrink = RENDER_SIZE / size;
    const [pitch, margin] = [PITCH / shrink, MARGIN / shrink];
    const small = await sharp(sheetOf(pictures, Math.max(1, Math.floor(shrink / 2))), { raw })
      .resize(size, pitch * pictures.length, { fit: 'fill' })
      .raw()
      .toBuffer();
    results.forEach((pixels, i) => {
      const start = CHANNELS * size * (i * pitch + margin);
      pixels.set(size, Uint8Array.from(small.subarray(start, start + CHANNELS * size * size)));
    });
  }
  return results;
}

const SHEET = 64;
const LANES = 8;

async function renderAll(drawings: readonly Drawing[]): Promise<Buffer[]> {
  const pictures: Buffer[] = [];
  for (let i = 0; i < drawings.length; i += LANES)
    pictures.push(...(await Promise.all(drawings.slice(i, i + LANES).map(render))));
  return pictures;
}

/** Renders drawings once; the result has their order. Training and evaluation only paste. */
export async function renderSprites(drawings: readonly Drawing[]): Promise<Sprite[]> {
  const sprites: Sprite[] = [];
  for (let i = 0; i < drawings.length; i += SHEET) {
    const part = drawings.slice(i, i + SHEET);
    const sizes = await resizeAll(await renderAll(part));
    part.forEach(({ concept, artist }, j) => {
      const pixels = sizes[j]!;
      sprites.push({ concept, artist, colour: dominantColour(pixels.get(24)!), pixels });
    });
  }
  return sprites;
}
