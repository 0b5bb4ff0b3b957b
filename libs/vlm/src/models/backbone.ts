import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';
import { openSafetensors, type SafetensorsFile, type TensorData } from '@ablate/tensor';
import { encoderArchitecture, llmArchitecture, llmConfig, visionConfig } from './architectures.js';
import { isObject, type Json } from './config-source.js';
import type { LlmConfig } from './llm.js';
import type { ParameterSpec } from './params.js';
import type { VisionConfig } from './vision-transformer.js';

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
  const sharded = await access(index).then(
    () => true,
    () => false,
  );
  if (!sharded) return { files: [single], fileOf: () => single };
  const listed = (await readJson(index))['weight_map'];
  const shards = new Map(
    Object.entries(isObject(listed) ? listed : {}).map(([name, file]) => [name, join(folder, String(file))]),
  );
  return { files: [...new Set(shards.values())].sort(), fileOf: (name) => shards.get(name) ?? index };
}

/** Reads the tensors of `specs`; every name and shape is checked before any data is read. */
export async function loadWeights(folder: string, specs: readonly ParameterSpec[]): Promise<Weights> {
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
    }
    const weights = new Map<string, TensorData>();
    for (const { name, shape } of specs)
      weights.set(name, { ...(await open.get(fileOf(name))!.read(name)), shape });
    return weights;
  } finally {
    for (const file of open.values()) await file.close();
  }
}

/**
 * A vision encoder from a Hugging Face folder (CLIP or SigLIP, vision-only or full). Only the layers up to `selectLayer` are
 * loaded (all with null). Errors name file, tensor and expected shape.
 */
export async function loadEncoder(folder: string, selectLayer: number | null): Promise<Encoder> {
  const file = join(folder, 'config.json');
  const { type, config } = visionConfig(file, await readJson(file));
  const architecture = encoderArchitecture(type, file);
  const { layerOf } = architecture;
  const specs = architecture.specs(config);
  const needed =
    selectLayer === null
      ? specs
      : specs.filter(({ name }) => layerOf(name) < neededLayers(config, selectLayer));
  return { type, config, weights: await loadWeights(folder, needed) };
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
