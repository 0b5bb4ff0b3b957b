import { existsSync } from 'node:fs';
import { basename, join } from 'node:path';
import type { TensorData } from '@ablate/tensor';
import { decodeImage, fit, loadImageProcessor, padToSquare, preprocess, type RgbImage } from '@ablate/vlm';
import type { Checks } from '../checks.js';
import { readPictures, readJson, readTensors } from '../golden-case.js';
import type { Kind } from '../kinds.js';

const EXACT = { abs: 0, rel: 0 };

interface Stored {
  readonly file: string;
  readonly rgb_size: readonly [number, number];
  readonly lossy_decoder: boolean;
}
interface Processed {
  readonly index: number;
  readonly file: string;
  readonly image_aspect_ratio: 'square' | 'pad';
  readonly axes_misread?: boolean;
  readonly error?: string | null;
  readonly padded_size?: readonly [number, number];
  readonly crop_top_left?: readonly [number, number];
}

/** Decoded pictures against Pillow's bytes: exact for lossless formats; what a lossy decoder makes otherwise is reported, not graded. */
export const imageDecode: Kind = async (golden, checks) => {
  const decoded = readPictures(golden, 'decoded.safetensors');
  let lossy = 0;
  for (const { file, rgb_size, lossy_decoder } of readJson<Stored[]>(golden, 'images.json')) {
    const picture = await decodeImage(join(golden.folder, 'images', file), file);
    checks.same(`${file}: size`, [picture.width, picture.height], rgb_size);
    if (lossy_decoder) lossy = Math.max(lossy, difference(picture, decoded.get(file)!));
    else checkBytes(checks, file, picture, decoded.get(file)!);
  }
  checks.remark(`lossy decoders: largest difference ${lossy}`);
};

function checkBytes(checks: Checks, what: string, actual: RgbImage, expected: RgbImage): void {
  checks.same(`${what}: size`, [actual.width, actual.height], [expected.width, expected.height]);
  checks.same(`${what}: largest difference`, difference(actual, expected), 0);
}

const difference = ({ data }: RgbImage, expected: RgbImage): number =>
  data.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (expected.data[i] ?? NaN))), 0);

/** The folder of pictures beside a case, which ends in the same suffix as the case: `image_clip_7` reads `image_inputs_7`. */
function inputsFolder(folder: string, files: Readonly<Record<string, string>>): string {
  const named = Object.keys(files).find((key) => key.startsWith('../'));
  const beside = join(folder, named?.split(' ')[0] ?? '../image_inputs');
  if (existsSync(beside)) return beside;
  const suffix = /(_[^_]*)$/.exec(basename(folder))?.[1] ?? '';
  return join(folder, `../image_inputs${suffix}`);
}

/** Resized bytes and pixel values from stored pixels, exactly. */
export const imagePreprocess: Kind = async (golden, checks) => {
  const folder = inputsFolder(golden.folder, (golden.json as { files: Record<string, string> }).files);
  const decoded = readPictures({ ...golden, folder }, 'decoded.safetensors');
  const resizedBytes = readPictures(golden, 'expected.safetensors');
  const expected = await readTensors(golden, 'expected.safetensors');
  const processor = await loadImageProcessor(golden.folder);
  const { size, mean } = processor;
  for (const { index, file, image_aspect_ratio: aspect, ...rest } of readJson<Processed[]>(
    golden,
    'cases.json',
  )) {
    const what = `${index} ${file} ${aspect}`;
    const image = decoded.get(file)!;
    const padded = aspect === 'pad' ? padToSquare(image, mean) : image;
    const resized = fit(padded, processor);
    const pixels = new Float32Array(3 * size * size).fill(NaN);
    preprocess(image, processor, aspect, pixels, 0);
    if (rest.axes_misread || rest.error) {
      // The reference takes a height of 1 or 3 for the channels; here it is a picture like any other.
      checks.same(`${what} (reference misreads)`, pixels.every(Number.isFinite), true);
      continue;
    }
    if (rest.padded_size) checks.same(`${what}: padded`, [padded.width, padded.height], rest.padded_size);
    if (rest.crop_top_left) {
      const corner = [resized.height - size, resized.width - size].map((more) => Math.floor(more / 2));
      checks.same(`${what}: crop`, corner, rest.crop_top_left);
    }
    checkBytes(checks, `${what}: resized`, resized, resizedBytes.get(`${index}.resized`)!);
    const values: TensorData = { dtype: 'float32', shape: [3, size, size], data: pixels };
    checks.close(`${what}: pixel_values`, values, expected[`${index}.pixel_values`]!, EXACT);
  }
};
