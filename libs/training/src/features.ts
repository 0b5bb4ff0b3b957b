import { join } from 'node:path';
import type { TrainStageConfig } from '@ablate/catalogue';
import type { TensorData } from '@ablate/tensor';
import {
  featureGraph,
  ImageCache,
  imagePatches,
  preprocess,
  type ImageProcessor,
  type ProgramCache,
  type VlmStructure,
} from '@ablate/vlm';

/** Images a call of the encoder; fixed, so that a feature never depends on who else is in a batch. */
const CHUNK = 16;
/** Frozen features are kept while they fit; a function of the data, never of the machine. */
const KEEP_FLOATS = 128 * 1024 * 1024;

/** Decoded pictures are kept up to this size; batches of an encoder that is trained read them again each epoch. */
const CACHE_BYTES = 256 * 1024 * 1024;

export interface ImageSource {
  readonly folder: string;
  /** File below the folder, and the sample that names it first. */
  readonly images: readonly { readonly file: string; readonly owner: string }[];
  readonly processor: ImageProcessor;
  readonly aspect: TrainStageConfig['imageAspect'];
  readonly cache: ImageCache;
}

/** Pictures of a folder, as a stage wants them. */
export const imageSource = (
  folder: string,
  images: ImageSource['images'],
  processor: ImageProcessor,
  { imageAspect: aspect, exifOrientation }: TrainStageConfig,
): ImageSource => ({
  folder,
  images,
  processor,
  aspect,
  cache: new ImageCache(CACHE_BYTES, exifOrientation),
});

/** Pixel values of some images, [n, C, H, W]. */
export async function readPixels(
  { folder, images, processor, aspect, cache }: ImageSource,
  indices: readonly number[],
): Promise<TensorData> {
  const { size } = processor;
  const floats = 3 * size * size;
  const data = new Float32Array(indices.length * floats);
  for (const [i, index] of indices.entries()) {
    const { file, owner } = images[index]!;
    preprocess(await cache.get(join(folder, file), owner), processor, aspect, data, i * floats);
  }
  return { dtype: 'float32', shape: [indices.length, 3, size, size], data };
}

/**
 * Features of a frozen encoder, [n, N, V] for the images asked for. All are computed once, in chunks in the images' order, when they
 * fit in memory; else each batch computes its own.
 */
export async function frozenFeatures(
  programs: ProgramCache,
  structure: VlmStructure,
  weights: Readonly<Record<string, TensorData>>,
  source: ImageSource,
): Promise<(indices: readonly number[]) => Promise<TensorData>> {
  const width = imagePatches(structure) * structure.encoder.config.hidden_size;
  const shape = [imagePatches(structure), structure.encoder.config.hidden_size];
  const encode = async (indices: readonly number[]): Promise<Float32Array> => {
    const result = new Float32Array(indices.length * width);
    const program = await programs.get('features', () => featureGraph(structure, CHUNK));
    for (let from = 0; from < indices.length; from += CHUNK) {
      const some = indices.slice(from, from + CHUNK);
      const full = Array.from({ length: CHUNK }, (_, i) => some[Math.min(i, some.length - 1)]!);
      const { features } = await program.run({ ...weights, pixels: await readPixels(source, full) });
      result.set((features!.data as Float32Array).subarray(0, some.length * width), from * width);
    }
    return result;
  };
  const { length } = source.images;
  if (length * width > KEEP_FLOATS) {
    return async (indices) => ({
      dtype: 'float32',
      shape: [indices.length, ...shape],
      data: await encode(indices),
    });
  }
  const all = await encode(Array.from({ length }, (_, i) => i));
  return async (indices) => {
    const data = new Float32Array(indices.length * width);
    indices.forEach((index, i) => data.set(all.subarray(index * width, (index + 1) * width), i * width));
    return { dtype: 'float32', shape: [indices.length, ...shape], data };
  };
}
