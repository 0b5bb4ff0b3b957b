import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { decodeImage } from './decode.js';
import { ImageCache } from './image-cache.js';

let folder = '';
const pixels = Uint8Array.from({ length: 6 * 4 * 3 }, (_, i) => i * 3);
const raw = { width: 6, height: 4, channels: 3 } as const;
const file = (name: string): string => join(folder, name);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-cache-'));
  for (const name of ['a', 'b', 'c'])
    await sharp(pixels, { raw })
      .png()
      .toFile(file(`${name}.png`));
  await sharp(pixels, { raw }).withMetadata({ orientation: 6 }).png().toFile(file('turned.png'));
});
afterAll(() => rm(folder, { recursive: true }));

describe('ImageCache', () => {
  it('keeps what fits, the latest used, and decodes a picture once at a time', async () => {
    const cache = new ImageCache(2 * pixels.length);
    const [a, again] = await Promise.all([cache.get(file('a.png'), 's'), cache.get(file('a.png'), 's')]);
    expect(again).toBe(a);
    const b = await cache.get(file('b.png'), 's');
    expect(await cache.get(file('a.png'), 's')).toBe(a);
    await cache.get(file('c.png'), 's');
    expect(cache.size).toBe(2 * pixels.length);
    expect(await cache.get(file('a.png'), 's')).toBe(a);
    expect(await cache.get(file('b.png'), 's')).not.toBe(b);
  });

  it('keeps nothing that is too large, and no failure', async () => {
    const cache = new ImageCache(1);
    const first = await cache.get(file('a.png'), 's');
    expect(await cache.get(file('a.png'), 's')).not.toBe(first);
    expect(cache.size).toBe(0);
    await expect(cache.get(file('late.png'), 's')).rejects.toMatchObject({ code: 'BAD_IMAGE' });
    await writeFile(file('late.png'), await sharp(pixels, { raw }).png().toBuffer());
    expect((await cache.get(file('late.png'), 's')).width).toBe(6);
  });
});

describe('EXIF orientation', () => {
  it('is ignored unless it is asked for', async () => {
    const stored = await decodeImage(file('turned.png'), 's');
    expect([stored.width, stored.height, [...stored.data]]).toEqual([6, 4, [...pixels]]);
    const upright = await decodeImage(file('turned.png'), 's', 'apply');
    expect([upright.width, upright.height]).toEqual([4, 6]);
    // Orientation 6: turned a quarter clockwise, so the lower left corner comes to the upper left.
    expect([...upright.data.subarray(0, 3)]).toEqual([...pixels.subarray(3 * 6 * 3, 3 * 6 * 3 + 3)]);
    expect(await new ImageCache(1e6, 'apply').get(file('turned.png'), 's')).toEqual(upright);
  });
});
