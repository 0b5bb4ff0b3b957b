import type { TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { openSafetensors, type TensorData, type Tensors } from '@ablate/tensor';
import { loadEncoder, loadLlm, structureOf, vlmSpecs, type VlmStructure } from '@ablate/vlm';

/** A trained model, ready to be asked. Parameters are named `encoder.*`, `connector.*`, `llm.*`. */
export interface LoadedModel {
  readonly structure: VlmStructure;
  readonly parameters: Tensors;
  /** The last training stage; it says how prompts and images are prepared. */
  readonly config: TrainStageConfig;
}

const trainStages = (parents: TrainerJob['parents']): readonly TrainStageConfig[] =>
  parents.map(({ config }) => config).filter((config) => config.kind === 'train');

/** The backbones of the last stage with what every parent stage trained laid over them, in order of training. */
export async function loadModel({ parents, backbones }: TrainerJob): Promise<LoadedModel> {
  const stages = trainStages(parents);
  const config = stages.at(-1);
  if (!config) {
    throw new AblateError('NO_PARENT', 'An evaluation needs a trained model and its job names none.', {
      path: 'parents',
      value: parents.length,
      rule: 'At least one parent is a training stage.',
      fix: 'Evaluate a stage that trains.',
    });
  }
  const encoder = await loadEncoder(folderOf(backbones, config.encoder.id), config.encoder.selectLayer);
  const llm = await loadLlm(folderOf(backbones, config.llm.id));
  const adapted = stages.map(({ tune }) => tune.llm).filter((tuning) => tuning.mode === 'lora');
  const structure = structureOf(encoder, config.encoder, config.connector, llm, adapted.at(-1) ?? null);

  const parameters: Record<string, TensorData> = {};
  for (const [name, tensor] of encoder.weights) parameters[`encoder.${name}`] = tensor;
  for (const [name, tensor] of llm.weights) parameters[`llm.${name}`] = tensor;
  const specs = vlmSpecs(structure);
  const shapes = new Map(
    Object.values(specs)
      .flat()
      .map(({ name, shape }) => [name, shape]),
  );
  for (const { modelFile } of parents) await overlay(modelFile, shapes, parameters);
  for (const { name } of [...specs.connector, ...specs.lora]) {
    if (!parameters[name]) throw wrongModel(parents.at(-1)!.modelFile, name, 'is in no parent stage');
  }
  return { structure, parameters, config };
}

function folderOf(folders: Readonly<Record<string, string>>, id: string): string {
  const folder = folders[id];
  if (folder) return folder;
  throw new AblateError('UNKNOWN_BACKBONE', `The job names no folder for backbone "${id}".`, {
    path: `backbones.${id}`,
    value: id,
    rule: `One of ${Object.keys(folders).join(', ')}.`,
    fix: 'Add the folder of this backbone to the job.',
  });
}

async function overlay(
  file: string,
  shapes: ReadonlyMap<string, readonly number[]>,
  parameters: Record<string, TensorData>,
): Promise<void> {
  const opened = await openSafetensors(file);
  try {
    for (const [name, { shape }] of opened.tensors) {
      const expected = shapes.get(name)?.join(', ');
      if (expected !== shape.join(', ')) {
        throw wrongModel(
          file,
          name,
          `is [${shape.join(', ')}], expected ${expected === undefined ? 'none' : `[${expected}]`}`,
        );
      }
    }
    for (const name of opened.tensors.keys()) parameters[name] = await opened.read(name);
  } finally {
    await opened.close();
  }
}

const wrongModel = (file: string, name: string, problem: string): AblateError =>
  new AblateError('WRONG_TENSOR', `${file}: tensor "${name}" ${problem}.`, {
    path: file,
    value: name,
    rule: 'A stage leaves the parameters that it trained, named and shaped as in its config.',
    fix: 'Train the parent stage again.',
  });
