import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { StageView } from '@ablate/contracts';
import { AblateError, type AblateErrorShape } from '@ablate/errors';
import { inventoryFolders } from '@ablate/runtime';
import { ArtifactStore, takeInventory } from '@ablate/storage';
import { answer, type Context } from '../context.js';
import { EXIT, type ExitCode } from '../exit-code.js';
import { modelCard } from '../views/model-card.js';

export interface ExportModelOptions {
  readonly format: 'huggingface' | 'tinyllava';
  readonly lora: 'merged' | 'adapter';
  readonly to: string;
}

const VERSION = '0.1.0';

/** Folders of the backbones that a training names, with the content that it was planned with. */
async function backboneFolders(
  { settings }: Context,
  config: Readonly<Record<string, { readonly id: string; readonly digest: string }>>,
): Promise<{ encoderDir: string; llmDir: string }> {
  const { index, backbones } = await takeInventory(
    inventoryFolders(settings),
    join(settings.home, 'digests.json'),
  );
  const folderOf = (part: 'encoder' | 'llm'): string => {
    const { id, digest } = config[part]!;
    const found = index.backbones.find((entry) => entry.id === id);
    if (found?.digest === digest) return backbones[id]!;
    throw new AblateError(
      found ? 'OTHER_CONTENT' : 'NOT_HERE',
      `Backbone "${id}" ${found ? 'has other content than the run was trained with' : 'is not on this machine'}.`,
      {
        path: part,
        value: found?.digest ?? null,
        rule: `Its digest is ${digest}.`,
        fix: 'Name its folder with ABLATE_MODELS, as the workers have it.',
      },
    );
  };
  return { encoderDir: folderOf('encoder'), llmDir: folderOf('llm') };
}

/** Each training with its model in the artifact store of the settings. */
async function modelsOf(
  { client, settings }: Context,
  trainings: readonly StageView[],
): Promise<{ stageKey: string; config: unknown; modelFile: string }[]> {
  const store = new ArtifactStore(settings.artifactsDir);
  return Promise.all(
    trainings.map(async ({ key, stage, state, config }) => {
      const files = await client.stageFiles({ params: { id: key } });
      const model = files.find(({ name }) => name === 'model.safetensors');
      if (state === 'done' && model)
        return { stageKey: key, config, modelFile: await store.verified(model.sha256) };
      throw new AblateError('NOT_TRAINED', `Stage "${stage}" of this run is ${state}; it has no model yet.`, {
        path: 'run',
        value: key,
        rule: 'All trainings of an exported run are done.',
        fix: 'Wait for the run, or retry it.',
      });
    }),
  );
}

/** The export itself is a process of the worker, since this command reads no tensors. */
async function runExport(request: object): Promise<readonly string[]> {
  const program = fileURLToPath(new URL('../../../worker/dist/export-model/main.js', import.meta.url));
  const folder = await mkdtemp(join(tmpdir(), 'ablate-export-'));
  try {
    const file = join(folder, 'request.json');
    await writeFile(file, JSON.stringify(request));
    const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', program, file]);
    const result = JSON.parse(stdout) as
      { readonly files: readonly string[] } | { readonly error: AblateErrorShape };
    if ('error' in result) throw AblateError.from(result.error);
    return result.files;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Writes a run's trained model as a new folder with its card. */
export async function exportModel(
  context: Context,
  id: string,
  options: ExportModelOptions,
): Promise<ExitCode> {
  const { client } = context;
  const run = await client.run({ params: { id } });
  const stages = await Promise.all(run.stages.map(({ key }) => client.stage({ params: { id: key } })));
  const trainings = stages.filter(({ kind }) => kind === 'train');
  const parents = await modelsOf(context, trainings);
  const config = trainings.at(-1)!.config as Parameters<typeof backboneFolders>[1];
  const comparison = await client.compare({ params: { id: run.experiment } });
  const to = resolve(options.to);
  const files = await runExport({
    ...options,
    to,
    ...(await backboneFolders(context, config)),
    parents,
    card: modelCard({
      run,
      trainings,
      comparison,
      format: options.format,
      lora: options.lora,
      version: VERSION,
    }),
  });
  answer(context, { run: run.id, format: options.format, lora: options.lora, folder: to, files }, () =>
    [`Run ${run.id} is in ${to}:`, ...files.map((file) => `  ${file}`)].join('\n'),
  );
  return EXIT.done;
}
