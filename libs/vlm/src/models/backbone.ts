import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { openSafetensors, type SafetensorsFile, type TensorData } from '@ablate/tensor';
import { encoderArchitecture, llmArchitecture, llmConfig, visionConfig } from './architectures.js';
import { isObject, type Json } from './config-source.js';
import { loadImageProcessor } from '../images/preprocess.js';
import { encoderParts, MIXTURE, type EncoderDescription } from './encoder-parts.js';
import type { LlmConfig } from './llm.js';
import type { ParameterSpec } from './params.js';
import { inputGrid, inputSize, type VisionConfig } from './vision-transformer.js';

export type Weights = ReadonlyMap<string, TensorData>;

export interface Encoder {
  readonly type: string;
  readonly config: VisionConfig;
  readonly weights: Weights;
}

export interface Llm {
  readonly config: LlmConfig;
  readonly weights: Weights;
}

const exists = (file: string): Promise<boolean> =>
  access(file).then(
    () => true,
    () => false,
  );

async function readJson(file: string): Promise<Json> {
  try {
    const json: unknown = JSON.parse(await readFile(file, 'utf8'));
    if (!isObject(json)) throw new Error('it holds no object');
    return json;
  } catch (cause) {
    throw new AblateError(
      'BAD_CONFIG',
      `${file} is missing or no JSON: ${(cause as Error).message}`,
      {
        path: file,
        rule: 'A Hugging Face config.json.',
        fix: 'Restore the file of this checkpoint.',
      },
      { cause },
    );
  }
}

/** Weight files of a folder by tensor name: one model.safetensors, or the shards that its index names. A tensor that no shard holds is missed in the index. */
async function weightFiles(folder: string): Promise<{ files: string[]; fileOf: (name: string) => string }> {
  const index = join(folder, 'model.safetensors.index.json');
  const single = join(folder, 'model.safetensors');
  if (!(await exists(index))) return { files: [single], fileOf: () => single };
  const listed = (await readJson(index))['weight_map'];
  if (!isObject(listed)) {
    throw new AblateError('BAD_CONFIG', `${index} has no "weight_map".`, {
      path: `${index}: weight_map`,
      value: listed ?? null,
      rule: '"weight_map" names the file of every tensor.',
      fix: 'Restore the file of this checkpoint.',
    });
  }
  const shards = new Map(Object.entries(listed).map(([name, file]) => [name, join(folder, String(file))]));
  return { files: [...new Set(shards.values())].sort(), fileOf: (name) => shards.get(name) ?? index };
}

/** Element types that are read as float32. */
const WEIGHT_TYPES: readonly string[] = ['F32', 'BF16', 'F16'];

/** Checks every name, shape and element type of `specs` in a folder's headers, then gives the open files to `use`. */
async function withWeights<T>(
  folder: string,
  specs: readonly ParameterSpec[],
  use: (fileOf: (name: string) => SafetensorsFile) => Promise<T>,
): Promise<T> {
  const { files, fileOf } = await weightFiles(folder);
  const open = new Map<string, SafetensorsFile>();
  try {
    for (const file of files) open.set(file, await openSafetensors(file));
    for (const { name, shape } of specs) {
      const found = open.get(fileOf(name))?.tensors.get(name);
      const expected = `[${shape.join(', ')}]`;
      const actual = found ? `[${found.shape.join(', ')}]` : 'missing';
      if (actual !== expected) {
        throw new AblateError(
          'WRONG_TENSOR',
          `${fileOf(name)}: tensor "${name}" is ${actual}, expected ${expected}.`,
          {
            path: fileOf(name),
            value: found?.shape ?? null,
            rule: `config.json asks for "${name}" of shape ${expected}.`,
            fix: 'Use the weights that belong to this config.json.',
          },
        );
      }
      const { dtype } = found!;
      if (!WEIGHT_TYPES.includes(dtype)) {
        throw new AblateError(
          'UNSUPPORTED_DTYPE',
          `${fileOf(name)}: tensor "${name}" is stored as ${dtype}.`,
          {
            path: fileOf(name),
            value: dtype,
            rule: `Weights are stored as one of ${WEIGHT_TYPES.join(', ')}; "${name}" has shape ${expected}.`,
            fix: 'Convert the weights to F32 or BF16.',
          },
        );
      }
    }
    return await use((name) => open.get(fileOf(name))!);
  } finally {
    for (const file of open.values()) await file.close();
  }
}

/** Reads the tensors of `specs`, one at a time; every name and shape is checked before any data is read. */
export const loadWeights = (folder: string, specs: readonly ParameterSpec[]): Promise<Weights> =>
  withWeights(folder, specs, async (fileOf) => {
    const weights = new Map<string, TensorData>();
    for (const { name, shape } of specs) weights.set(name, { ...(await fileOf(name).read(name)), shape });
    return weights;
  });

/**
 * A vision encoder from a Hugging Face folder (CLIP or SigLIP, vision-only or full; DINOv2), or a mixture of features: a folder with
 * `{ "model_type": "mof" }` as config.json and such folders `clip` and `dinov2` in it. Only the layers up to `selectLayer` are loaded
 * (all with null). Errors name file, tensor and expected shape.
 */
export async function loadEncoder(folder: string, selectLayer: number | null): Promise<Encoder> {
  const encoder = await readEncoder(folder);
  const weights = new Map<string, TensorData>();
  for (const { prefix, folder: at, specs } of neededParts(folder, encoder, selectLayer))
    for (const [name, tensor] of await loadWeights(at, specs)) weights.set(`${prefix}${name}`, tensor);
  return { ...encoder, weights };
}

/** Folder and parameters of each part of an encoder that a hidden state needs; all with null. */
const neededParts = (folder: string, encoder: EncoderDescription, selectLayer: number | null) =>
  encoderParts(encoder).map(({ prefix, type, config }) => {
    const { specs, layerOf } = encoderArchitecture(type);
    const layers = selectLayer === null ? Infinity : neededLayers(config, selectLayer);
    return {
      prefix,
      folder: join(folder, prefix.replace('.', '/')),
      specs: specs(config).filter(({ name }) => layers === Infinity || layerOf(name) < layers),
    };
  });

/**
 * Whether a folder's weights are those that its config.json asks for, from the headers alone; throws what loading would throw.
 * Of an encoder, everything up to the layer before the last is asked for.
 */
export async function checkWeights(folder: string, kind: 'encoder' | 'llm'): Promise<void> {
  const nothing = async (): Promise<void> => {};
  if (kind === 'llm') {
    const file = join(folder, 'config.json');
    const config = llmConfig(file, await readJson(file));
    return withWeights(folder, llmArchitecture(config.model_type, file).specs(config), nothing);
  }
  for (const part of neededParts(folder, await readEncoder(folder), -2))
    await withWeights(part.folder, part.specs, nothing);
}

/** The config of an encoder's folder, without its weights. */
export async function readEncoder(folder: string): Promise<EncoderDescription> {
  const file = join(folder, 'config.json');
  const json = await readJson(file);
  if (json['model_type'] === MIXTURE) return readMixture(folder, file);
  const { type, config } = visionConfig(file, json);
  if (!encoderArchitecture(type, file).anySize) return { type, config };
  const processor = join(folder, 'preprocessor_config.json');
  return {
    type,
    config: (await exists(processor)) ? withInputSize(config, await loadImageProcessor(folder)) : config,
  };
}

function withInputSize(config: VisionConfig, { size }: { readonly size: number }): VisionConfig {
  const { input_size: _, ...native } = config;
  return size === config.image_size ? native : { ...native, input_size: size };
}

/** Both encoders of a mixture see CLIP's images; their tokens alternate, so widths and numbers of patches are equal. */
async function readMixture(folder: string, file: string): Promise<EncoderDescription> {
  const clip = await readEncoder(join(folder, 'clip'));
  const other = await readEncoder(join(folder, 'dinov2'));
  const dinov2 = { ...other, config: withInputSize(other.config, { size: inputSize(clip.config) }) };
  const grids = [clip, dinov2].map(({ config }) => inputGrid(config).rows);
  const fits =
    clip.type === 'clip_vision_model' &&
    dinov2.type === 'dinov2' &&
    clip.config.hidden_size === dinov2.config.hidden_size &&
    grids[0] === grids[1];
  if (!fits) {
    const got = [clip, dinov2].map(
      ({ type, config }, i) => `${type} of width ${config.hidden_size}, ${grids[i]}^2 patches`,
    );
    throw new AblateError('BAD_CONFIG', `${file}: ${got.join(' and ')} make no mixture of features.`, {
      path: file,
      value: got,
      rule: "Folder `clip` holds a CLIP, `dinov2` a DINOv2 of the same width, with equally many patches of CLIP's images.",
      fix: 'Use encoders that belong together, such as CLIP-L/14 and DINOv2-L.',
    });
  }
  const mixture = [
    { name: 'clip', ...clip },
    { name: 'dinov2', ...dinov2 },
  ] as const;
  return { type: MIXTURE, config: { ...clip.config, mixture } };
}

/** Number of layers that hidden state `select` needs: -1 is the last, -2 the one before (vlm.md 1.1). */
export function neededLayers(
  { num_hidden_layers: layers }: Pick<VisionConfig, 'num_hidden_layers'>,
  select: number,
): number {
  const needed = select < 0 ? layers + 1 + select : select;
  if (Number.isInteger(needed) && needed >= 0 && needed <= layers) return needed;
  throw new AblateError('BAD_SELECT_LAYER', `An encoder of ${layers} layers has no hidden state ${select}.`, {
    path: 'encoder.selectLayer',
    value: select,
    rule: `A whole number from ${-layers - 1} to ${layers}.`,
    fix: 'Name a layer that this encoder has.',
  });
}

/** A language model from a Hugging Face folder. Errors name file, tensor and expected shape. */
export async function loadLlm(folder: string): Promise<Llm> {
  const file = join(folder, 'config.json');
  const config = llmConfig(file, await readJson(file));
  const { specs } = llmArchitecture(config.model_type, file);
  return { config, weights: await loadWeights(folder, specs(config)) };
}
