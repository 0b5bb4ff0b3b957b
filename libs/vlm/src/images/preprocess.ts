import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { resize, type Filter, type RgbImage } from './resize.js';

/** How an encoder wants its pictures, from preprocessor_config.json. */
export interface ImageProcessor {
  /** Square edge of the result. */
  readonly size: number;
  /** Resize the shorter side and crop the centre (CLIP), or warp to the square (SigLIP). */
  readonly crop: boolean;
  readonly filter: Filter;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

interface PreprocessorJson {
  readonly size?: number | { readonly shortest_edge?: number; readonly height?: number };
  readonly crop_size?: number | { readonly height: number };
  readonly do_center_crop?: boolean;
  readonly resample?: number;
  readonly image_mean?: readonly number[];
  readonly image_std?: readonly number[];
}

const FILTERS: Readonly<Record<number, Filter>> = { 2: 'bilinear', 3: 'bicubic' };

/** Reads an encoder folder's preprocessor_config.json. */
export async function loadImageProcessor(folder: string): Promise<ImageProcessor> {
  const file = join(folder, 'preprocessor_config.json');
  let json: PreprocessorJson;
  try {
    json = JSON.parse(await readFile(file, 'utf8')) as PreprocessorJson;
  } catch (cause) {
    throw bad(file, (cause as Error).message, cause);
  }
  const { size, crop_size } = json;
  const edge = typeof size === 'number' ? size : (size?.shortest_edge ?? size?.height);
  const cropEdge = typeof crop_size === 'number' ? crop_size : crop_size?.height;
  const filter = FILTERS[json.resample ?? 3];
  if (edge === undefined || !filter) throw bad(file, 'it names no size, or a resample other than 2 and 3');
  const crop = json.do_center_crop ?? (typeof size === 'object' && size.shortest_edge !== undefined);
  return {
    size: crop ? (cropEdge ?? edge) : edge,
    crop,
    filter,
    mean: json.image_mean ?? [0.5, 0.5, 0.5],
    std: json.image_std ?? [0.5, 0.5, 0.5],
  };
}

const bad = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_PREPROCESSOR',
    `${file} is missing or of no use: ${problem}.`,
    {
      path: file,
      rule: 'A preprocessor_config.json of a CLIP or SigLIP checkpoint.',
      fix: 'Restore the file of this checkpoint.',
    },
    { cause },
  );

/** Puts a picture in the middle of a square of the mean colour. Source: LLaVA `expand2square`. */
export function padToSquare(image: RgbImage, mean: readonly number[]): RgbImage {
  const { width, height, data } = image;
  if (width === height) return image;
  const edge = Math.max(width, height);
  const colour = mean.map((value) => Math.trunc(value * 255));
  const square = new Uint8Array(3 * edge * edge);
  for (let i = 0; i < square.length; i += 1) square[i] = colour[i % 3]!;
  const left = Math.floor((edge - width) / 2);
  const top = Math.floor((edge - height) / 2);
  for (let row = 0; row < height; row += 1) {
    square.set(data.subarray(3 * row * width, 3 * (row + 1) * width), 3 * ((top + row) * edge + left));
  }
  return { width: edge, height: edge, data: square };
}

function fit(image: RgbImage, { size, crop, filter }: ImageProcessor): RgbImage {
  if (!crop) return resize(image, size, size, filter);
  const { width, height } = image;
  const short = Math.min(width, height);
  const long = Math.trunc((size * Math.max(width, height)) / short);
  return resize(image, width <= height ? size : long, width <= height ? long : size, filter);
}

/**
 * Pixel values [3, size, size] of a picture: pad (aspect `pad`), resize, crop, (value / 255 - mean) / std, each step in float32.
 * Writes at `offset` of `target`. Source: transformers CLIPImageProcessor, SiglipImageProcessor.
 */
export function preprocess(
  image: RgbImage,
  processor: ImageProcessor,
  aspect: 'square' | 'pad',
  target: Float32Array,
  offset: number,
): void {
  const fitted = fit(aspect === 'pad' ? padToSquare(image, processor.mean) : image, processor);
  const { size } = processor;
  const left = Math.floor((fitted.width - size) / 2);
  const top = Math.floor((fitted.height - size) / 2);
  const area = size * size;
  for (let c = 0; c < 3; c += 1) {
    const mean = Math.fround(processor.mean[c]!);
    const std = Math.fround(processor.std[c]!);
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const byte = fitted.data[3 * ((top + y) * fitted.width + left + x) + c]!;
        target[offset + c * area + y * size + x] = Math.fround(
          Math.fround(Math.fround(byte * (1 / 255)) - mean) / std,
        );
      }
    }
  }
}
