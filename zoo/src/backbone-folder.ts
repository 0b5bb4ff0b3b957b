import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { writeSafetensors, type TensorData } from '@ablate/tensor';
import { writeTextAtomically } from '@ablate/training';
import { loadWeights, type ParameterSpec } from '@ablate/vlm';

export interface BackboneFiles {
  readonly config: object;
  readonly tokenizer: object;
  readonly tokenizerConfig: object;
  /** Absent for language models. */
  readonly preprocessor?: object;
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`;

/** Writes a backbone in the Hugging Face layout, weights in bf16, and reads the rounded weights back: gates are measured on those. */
export async function writeBackbone(
  folder: string,
  files: BackboneFiles,
  specs: readonly ParameterSpec[],
  parameters: ReadonlyMap<string, TensorData>,
): Promise<ReadonlyMap<string, TensorData>> {
  await mkdir(folder, { recursive: true });
  await writeTextAtomically(join(folder, 'config.json'), json(files.config));
  await writeTextAtomically(join(folder, 'tokenizer.json'), json(files.tokenizer));
  await writeTextAtomically(join(folder, 'tokenizer_config.json'), json(files.tokenizerConfig));
  if (files.preprocessor)
    await writeTextAtomically(join(folder, 'preprocessor_config.json'), json(files.preprocessor));
  const tensors = Object.fromEntries(specs.map(({ name }) => [name, parameters.get(name)!]));
  await writeSafetensors(join(folder, 'model.safetensors'), tensors, {
    dtype: 'BF16',
    metadata: { format: 'pt' },
  });
  return loadWeights(folder, specs);
}

/** The tokenizer that a folder's weights were trained with. */
export async function readTokenizer(folder: string): Promise<{ tokenizer: object; config: object }> {
  const read = async (name: string): Promise<object> =>
    JSON.parse(await readFile(join(folder, name), 'utf8')) as object;
  return { tokenizer: await read('tokenizer.json'), config: await read('tokenizer_config.json') };
}

/** Writes the model card: what it was made from, how, and what it reached. */
export const writeCard = (folder: string, text: string): Promise<void> =>
  writeTextAtomically(join(folder, 'README.md'), text);
