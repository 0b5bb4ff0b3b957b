import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { decodeImage } from './decode.js';
import { withoutTornSegment } from './jpeg.js';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-torn-'));
});
afterAll(() => rm(folder, { recursive: true }));

const [width, height] = [40, 50];
const noise = Uint8Array.from({ length: 3 * width * height }, (_, i) => (i * 7919 + ((i * i) >> 3)) % 256);
const picture = () => sharp(noise, { raw: { width, height, channels: 3 } });
const decoded = async (name: string, bytes: Buffer) => {
  await writeFile(join(folder, name), bytes);
  return decodeImage(join(folder, name), 's');
};

describe('files that are cut off', () => {
  it.each([
    ['colours', () => picture().png()],
    ['grey', () => picture().greyscale().toColourspace('b-w').png()],
    ['alpha', () => picture().ensureAlpha(0.5).png()],
    ['a palette', () => picture().png({ palette: true })],
  ])('a PNG of %s keeps its whole rows', async (name, make) => {
    const whole = await make().toBuffer();
    const full = await decoded(`${name}.png`, whole);
    const cut = await decoded(`${name}-cut.png`, whole.subarray(0, Math.floor(whole.length * 0.6)));
    expect([cut.width, cut.height]).toEqual([width, height]);
    const same = cut.data.findIndex((value, i) => value !== full.data[i]);
    expect(same).toBeGreaterThanOrEqual(3 * width * 5);
    const rest = new Set(cut.data.subarray(3 * width * (height - 1)));
    expect(rest.size).toBeLessThanOrEqual(3);
    // What stands behind the end is no part of the picture.
    expect((await decoded(`${name}-more.png`, Buffer.concat([whole, Buffer.from('more')]))).data).toEqual(
      full.data,
    );
  });

  it('a PNG without pixels, or without its header', async () => {
    const whole = await picture().png().toBuffer();
    const empty = await decoded('head.png', whole.subarray(0, whole.indexOf('IDAT') - 4));
    expect(new Set(empty.data)).toEqual(new Set([0]));
    await expect(decoded('none.png', whole.subarray(0, 20))).rejects.toMatchObject({ code: 'BAD_IMAGE' });
  });

  it('a JPEG that ends anywhere behind its first scan', async () => {
    const whole = await picture().jpeg({ progressive: true }).toBuffer();
    expect(withoutTornSegment(whole)).toBe(whole);
    const first = whole.indexOf(Buffer.of(0xff, 0xda)) + 20;
    for (let length = first; length < whole.length; length += 97) {
      const cut = await decoded('cut.jpg', whole.subarray(0, length));
      expect([cut.width, cut.height]).toEqual([width, height]);
    }
  });
});
