import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { resize, type Filter, type RgbImage } from './resize.js';

/** How an encoder wants its pictures, from preprocessor_config.json. */
export interface ImageProcessor {
  /** Square edge of the result. */
  readonly size: number;
  /** Edge to which the shorter side is resized before the centre is cut out (CLIP); null = the picture is warped to `size` (SigLIP). */
  readonly shortestEdge: number | null;
  readonly filter: Filter;
  /** Factor from bytes to the scale of mean and deviation. */
  readonly rescale: number;
  readonly mean: readonly number[];
  readonly std: readonly number[];
}

type Edges = number | { readonly shortest_edge?: number; readonly height?: number; readonly width?: number };

interface PreprocessorJson {
  readonly size?: Edges;
  readonly crop_size?: Edges;
  readonly do_resize?: boolean;
  readonly do_center_crop?: boolean;
  readonly do_rescale?: boolean;
  readonly do_normalize?: boolean;
  readonly resample?: number;
  readonly rescale_factor?: number;
  readonly image_mean?: readonly number[];
  readonly image_std?: readonly number[];
}

const FILTERS: Readonly<Record<number, Filter>> = { 2: 'bilinear', 3: 'bicubic' };

/** The edge of a square, null where it is none. */
const squareEdge = (edges: Edges | undefined): number | null =>
  typeof edges === 'number' ? edges : edges?.height === edges?.width ? (edges?.height ?? null) : null;

/**
 * Reads an encoder folder's preprocessor_config.json: a resize of the shorter side and a crop, or a warp to a square, then rescale and
 * normalise. Errors: `BAD_PREPROCESSOR`, also for what this build does not do. Source: transformers 4.40 image processors.
 */
export async function loadImageProcessor(folder: string): Promise<ImageProcessor> {
  const file = join(folder, 'preprocessor_config.json');
  let json: PreprocessorJson;
  try {
    json = JSON.parse(await readFile(file, 'utf8')) as PreprocessorJson;
  } catch (cause) {
    throw bad(file, (cause as Error).message, cause);
  }
  const filter = FILTERS[json.resample ?? 3];
  if (!filter) throw bad(file, 'its resample is neither 2 (bilinear) nor 3 (bicubic)');
  if (json.do_resize === false) throw bad(file, 'it resizes nothing');
  return {
    ...geometryOf(file, json),
    filter,
    rescale: json.do_rescale === false ? 1 : (json.rescale_factor ?? 1 / 255),
    mean: json.do_normalize === false ? [0, 0, 0] : (json.image_mean ?? [0.5, 0.5, 0.5]),
    std: json.do_normalize === false ? [1, 1, 1] : (json.image_std ?? [0.5, 0.5, 0.5]),
  };
}

function geometryOf(file: string, json: PreprocessorJson): Pick<ImageProcessor, 'size' | 'shortestEdge'> {
  const shortest = typeof json.size === 'number' ? json.size : json.size?.shortest_edge;
  if (json.do_center_crop ?? (typeof json.size === 'object' && shortest !== undefined)) {
    const size = squareEdge(json.crop_size ?? shortest);
    if (shortest === undefined || size === null || size > shortest)
      throw bad(file, 'it crops without a shortest edge, or to what is no square within it');
    return { size, shortestEdge: shortest };
  }
  const size = squareEdge(json.size);
  if (size === null) throw bad(file, 'its size is no square');
  return { size, shortestEdge: null };
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

/** The picture resized as the processor wants it, before the crop. */
export function fit(image: RgbImage, { size, shortestEdge, filter }: ImageProcessor): RgbImage {
  if (shortestEdge === null) return resize(image, size, size, filter);
  const { width, height } = image;
  const long = Math.trunc((shortestEdge * Math.max(width, height)) / Math.min(width, height));
  const [w, h] = width <= height ? [shortestEdge, long] : [long, shortestEdge];
  return resize(image, w, h, filter);
}

/**
 * Pixel values [3, size, size] of a picture: pad (aspect `pad`), resize, crop the centre, (value * rescale - mean) / std, each step in
 * float32. Writes at `offset` of `target`. Source: transformers CLIPImageProcessor, SiglipImageProcessor; LLaVA `expand2square`.
 */
export function preprocess(
  image: RgbImage,
  processor: ImageProcessor,
  aspect: 'square' | 'pad',
  target: Float32Array,
  offset: number,
): void {
  const { size, rescale } = processor;
  const fitted = fit(aspect === 'pad' ? padToSquare(image, processor.mean) : image, processor);
  const left = Math.floor((fitted.width - size) / 2);
  const top = Math.floor((fitted.height - size) / 2);
  const area = size * size;
  for (let c = 0; c < 3; c += 1) {
    const mean = Math.fround(processor.mean[c]!);
    const std = Math.fround(processor.std[c]!);
    for (let y = 0; y < size; y += 1) {
      for (let x = 0; x < size; x += 1) {
        const byte = fitted.data[3 * ((top + y) * fitted.width + left + x) + c]!;
        target[offset + c * area + y * size + x] = Math.fround(Math.fround(byte * rescale) - mean) / std;
      }
    }
  }
}
