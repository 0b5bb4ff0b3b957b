import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { fixture, readJson } from '../../test/golden.js';
import { readBytes } from '../../test/read-bytes.js';
import { decodeImage } from './decode.js';
import { loadImageProcessor, padToSquare, preprocess } from './preprocess.js';
import { resize, type RgbImage } from './resize.js';

const sha256 = (data: Uint8Array | Float32Array): string =>
  createHash('sha256')
    .update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
    .digest('hex');

interface InputImage {
  file: string;
  rgb_size: [number, number];
  rgb_sha256: string;
  lossy_decoder: boolean;
}
interface Case {
  file: string;
  image_aspect_ratio: 'square' | 'pad';
  axes_misread: boolean;
  resized_shape?: [number, number, number];
  pixel_values_sha256?: string;
  resized_sha256?: string;
}

const decoded = new Map<string, RgbImage>();
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ablate-images-'));
  for (const [name, { shape, data }] of readBytes('golden/image_inputs/decoded.safetensors')) {
    decoded.set(name, { width: shape[1]!, height: shape[0]!, data });
  }
});
afterAll(() => rm(scratch, { recursive: true }));

describe('decodeImage equals Pillow', () => {
  for (const { file, rgb_size, rgb_sha256, lossy_decoder } of readJson<InputImage[]>(
    'golden/image_inputs/images.json',
  )) {
    it(file, async () => {
      const { width, height, data } = await decodeImage(
        fixture(`golden/image_inputs/images/${file}`),
        'sample',
      );
      expect([width, height, data.length]).toEqual([...rgb_size, 3 * width * height]);
      if (lossy_decoder) {
        // Lossy decoders differ by rounding from build to build.
        const expected = decoded.get(file)!.data;
        expect(
          data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - expected[i]!)), 0),
        ).toBeLessThanOrEqual(4);
      } else expect(sha256(data)).toBe(rgb_sha256);
    });
  }

  it.each(readJson<InputImage[]>('pillow/expected.json'))(
    'bit depths, masks and transparency: $file',
    async ({ file, rgb_size, rgb_sha256 }) => {
      const { width, height, data } = await decodeImage(fixture(`pillow/images/${file}`), 'sample');
      expect([width, height]).toEqual(rgb_size);
      expect(sha256(data)).toBe(rgb_sha256);
    },
  );

  it('applies no colour profile', async () => {
    const file = join(scratch, 'p3.png');
    const pixels = Buffer.from([200, 30, 90, 10, 220, 40]);
    const raw = { width: 2, height: 1, channels: 3 } as const;
    await sharp(pixels, { raw }).withIccProfile('p3', { attach: true }).png().toFile(file);
    const stored = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    const { data } = await decodeImage(file, 'sample');
    expect([...data]).toEqual([...stored]);
    expect([...(await sharp(file).raw().toBuffer())]).not.toEqual([...stored]);
  });

  it.each(['missing.png', 'broken.png', 'empty.png', 'broken.bmp'])(
    'names sample and file: %s',
    async (name) => {
      const file = join(scratch, name);
      if (name === 'empty.png') await writeFile(file, '');
      if (name === 'broken.png') await writeFile(file, 'no picture');
      if (name === 'broken.bmp') await writeFile(file, 'BM no picture');
      await expect(decodeImage(file, 'sample 7')).rejects.toMatchObject({
        code: 'BAD_IMAGE',
        path: file,
        value: 'sample 7',
        message: expect.stringContaining('sample 7'),
      });
    },
  );
});

describe('preprocess equals the processors of transformers', () => {
  for (const kind of ['image_clip', 'image_siglip', 'image_clip_224']) {
    for (const { file, image_aspect_ratio: aspect, axes_misread, ...expected } of readJson<Case[]>(
      `golden/${kind}/cases.json`,
    )) {
      it(`${kind} ${file} ${aspect}`, async () => {
        const processor = await loadImageProcessor(fixture(`golden/${kind}`));
        const { size, shortestEdge, filter, mean } = processor;
        const image = decoded.get(file)!;
        const pixels = new Float32Array(3 * size * size).fill(NaN);
        preprocess(image, processor, aspect, pixels, 0);
        expect(pixels.every(Number.isFinite)).toBe(true);
        // Where the reference takes the height for the channels it fails, or gives a scrambled picture.
        if (axes_misread || !expected.resized_shape) return;
        const [height, width] = expected.resized_shape;
        const square = aspect === 'pad' ? padToSquare(image, mean) : image;
        expect(Math.min(width, height)).toBe(shortestEdge ?? size);
        expect(sha256(resize(square, width, height, filter).data)).toBe(expected.resized_sha256);
        expect(sha256(pixels)).toBe(expected.pixel_values_sha256);
      });
    }
  }

  it('writes at the offset and nowhere else', async () => {
    const processor = await loadImageProcessor(fixture('golden/image_siglip'));
    const floats = 3 * processor.size ** 2;
    const alone = new Float32Array(floats);
    preprocess(decoded.get('tiny.png')!, processor, 'square', alone, 0);
    const target = new Float32Array(floats + 2).fill(7);
    preprocess(decoded.get('tiny.png')!, processor, 'square', target, 1);
    expect([...target]).toEqual([7, ...alone, 7]);
  });
});

describe('resize', () => {
  it('keeps an even picture even, whatever the size', () => {
    const image = {
      width: 7,
      height: 5,
      data: new Uint8Array(105).map((_, i) => [9, 130, 255][i % 3]!),
    };
    for (const filter of ['bicubic', 'bilinear'] as const) {
      const { data } = resize(image, 16, 3, filter);
      expect(new Set(data.map((value, i) => (value === [9, 130, 255][i % 3] ? 1 : 0)))).toEqual(new Set([1]));
    }
  });

  it('weighs by distance when bilinear', () => {
    const image = { width: 2, height: 1, data: Uint8Array.of(0, 0, 0, 100, 200, 40) };
    expect([...resize(image, 4, 1, 'bilinear').data]).toEqual([
      ...[0, 0, 0],
      ...[25, 50, 10],
      ...[75, 150, 30],
      ...[100, 200, 40],
    ]);
  });
});

describe('loadImageProcessor', () => {
  const written = async (json: unknown): Promise<string> => {
    const folder = await mkdtemp(join(scratch, 'processor-'));
    await writeFile(
      join(folder, 'preprocessor_config.json'),
      typeof json === 'string' ? json : JSON.stringify(json),
    );
    return folder;
  };
  const load = async (json: unknown): ReturnType<typeof loadImageProcessor> =>
    loadImageProcessor(await written(json));

  it('cuts a centre that is smaller than the shorter side', async () => {
    const processor = await load({
      size: { shortest_edge: 12 },
      crop_size: { height: 8, width: 8 },
      do_center_crop: true,
    });
    expect(processor).toMatchObject({ size: 8, shortestEdge: 12 });
    const image = decoded.get('rgb_landscape.png')!;
    const fitted = resize(image, Math.trunc((12 * 61) / 43), 12, 'bicubic');
    const pixels = new Float32Array(3 * 64);
    preprocess(image, processor, 'square', pixels, 0);
    const [x, y] = [3, 5];
    const byte = fitted.data[3 * ((2 + y) * fitted.width + 4 + x)]!;
    expect(fitted.width).toBe(17);
    expect(pixels[y * 8 + x]).toBeCloseTo(byte / 127.5 - 1, 5);
  });

  it('takes sizes as numbers, and leaves out what it is told to', async () => {
    expect(await load({ size: 16, do_center_crop: false })).toMatchObject({ size: 16, shortestEdge: null });
    expect(await load({ size: 16, crop_size: 16, do_center_crop: true, resample: 2 })).toMatchObject({
      size: 16,
      shortestEdge: 16,
      filter: 'bilinear',
    });
    expect(await load({ size: 16, do_rescale: false, do_normalize: false })).toMatchObject({
      rescale: 1,
      mean: [0, 0, 0],
      std: [1, 1, 1],
    });
  });

  it.each([
    ['no JSON', '{'],
    ['no size', {}],
    ['no square', { size: { height: 16, width: 8 } }],
    ['another filter', { size: 16, resample: 0 }],
    ['no resize', { size: 16, do_resize: false }],
    ['a crop beyond the picture', { size: { shortest_edge: 8 }, crop_size: 16, do_center_crop: true }],
    [
      'a crop without a shorter side',
      { size: { height: 16, width: 16 }, crop_size: 8, do_center_crop: true },
    ],
  ])('names the file: %s', async (_, json) => {
    const folder = await written(json);
    await expect(loadImageProcessor(folder)).rejects.toMatchObject({
      code: 'BAD_PREPROCESSOR',
      path: join(folder, 'preprocessor_config.json'),
    });
  });
});
