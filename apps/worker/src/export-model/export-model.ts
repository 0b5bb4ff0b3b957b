import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { AblateError } from '@ablate/errors';
import { writeSafetensors, type TensorData } from '@ablate/tensor';
import { assemble, type Assembled } from './assemble.js';
import { LAYOUTS, type Layout } from './layouts.js';
import type { ExportRequest } from './request.js';

/** Files of an LLM's folder that belong to its tokenizer. */
const TOKENIZER =
  /^(tokenizer.*|special_tokens_map\.json|added_tokens\.json|vocab\.json|merges\.txt|generation_config\.json)$/;

/** torch's mark of a file's tensors; transformers refuses a file without. */
const METADATA = { metadata: { format: 'pt' } };

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  await handle.sync().finally(() => handle.close());
}

const writeJson = (file: string, value: unknown): Promise<void> =>
  writeFile(file, `${JSON.stringify(value, null, 2)}\n`);

const renamed = (
  tensors: ReadonlyMap<string, TensorData>,
  nameOf: (name: string) => string,
): Record<string, TensorData> =>
  Object.fromEntries([...tensors].map(([name, tensor]) => [nameOf(name), tensor]));

/** Adapters as PEFT stores them. Source: peft, `get_peft_model_state_dict` and `LoraConfig`. */
async function writeAdapters(
  folder: string,
  { lora, tensors }: NonNullable<Assembled['adapters']>,
  { nameOf }: Layout,
): Promise<void> {
  await writeSafetensors(
    join(folder, 'adapter_model.safetensors'),
    renamed(tensors, (name) => `base_model.model.${nameOf(name)}`),
    METADATA,
  );
  const targets = new Set([...tensors.keys()].map((name) => name.split('.').at(-3)!));
  await writeJson(join(folder, 'adapter_config.json'), {
    peft_type: 'LORA',
    task_type: 'CAUSAL_LM',
    base_model_name_or_path: null,
    r: lora.rank,
    lora_alpha: lora.alpha,
    lora_dropout: lora.dropout,
    target_modules: [...targets].sort(),
    bias: 'none',
    inference_mode: true,
  });
}

async function copyTexts(request: ExportRequest, folder: string): Promise<void> {
  for (const name of await readdir(request.llmDir))
    if (TOKENIZER.test(name)) await copyFile(join(request.llmDir, name), join(folder, name));
  const processors = ['', 'clip'].map((part) => join(request.encoderDir, part, 'preprocessor_config.json'));
  for (const processor of processors)
    if (await isThere(processor)) {
      await copyFile(processor, join(folder, 'preprocessor_config.json'));
      return;
    }
}

async function fill(request: ExportRequest, folder: string): Promise<void> {
  const layout = LAYOUTS[request.format];
  const model = await assemble(request);
  const config = await layout.config(model, request);
  await writeSafetensors(
    join(folder, 'model.safetensors'),
    renamed(model.parameters, layout.nameOf),
    METADATA,
  );
  if (model.adapters) await writeAdapters(folder, model.adapters, layout);
  await writeJson(join(folder, 'config.json'), config);
  await copyTexts(request, folder);
  await writeFile(join(folder, 'README.md'), request.card);
  for (const name of await readdir(folder)) await sync(join(folder, name));
  await sync(folder);
}

const taken = (to: string): AblateError =>
  new AblateError('EXPORT_EXISTS', `${to} is there already.`, {
    path: '--to',
    value: to,
    rule: 'An export makes a new folder; it overwrites nothing.',
    fix: 'Name another folder, or remove this one.',
  });

/**
 * Writes a trained model as a folder that is complete or absent: temporary name beside it, fsync, rename. Returns its files. Throws
 * `EXPORT_EXISTS`, `NOT_EXPORTABLE`, `NO_ADAPTER` and the errors of loading a model; nothing is left behind then.
 */
export async function exportModel(request: ExportRequest): Promise<readonly string[]> {
  const to = resolve(request.to);
  if (await isThere(to)) throw taken(to);
  if (request.format === 'tinyllava' && request.lora === 'adapter')
    throw new AblateError('NOT_EXPORTABLE', 'The TinyLLaVA layout is written with adapters merged.', {
      path: '--lora',
      value: 'adapter',
      rule: 'Adapters stay apart in the Hugging Face layout only.',
      fix: 'Use --lora merged, or --format huggingface.',
    });
  await mkdir(dirname(to), { recursive: true });
  const temporary = join(dirname(to), `.${basename(to)}.tmp-${randomUUID()}`);
  await mkdir(temporary);
  try {
    await fill(request, temporary);
    // A folder that came meanwhile is refused by rename too, unless it is empty.
    if (await isThere(to)) throw taken(to);
    await rename(temporary, to);
    await sync(dirname(to));
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
  return (await readdir(to)).sort();
}
