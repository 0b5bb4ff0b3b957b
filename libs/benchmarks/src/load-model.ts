import type { TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { frozenFeatures, imageSource, prepareStage } from '@ablate/training';
import type { TensorData, Tensors } from '@ablate/tensor';
import {
  loadImageProcessor,
  loadTokenizer,
  type ProgramCache,
  type Tokenizer,
  type VlmStructure,
} from '@ablate/vlm';

/** A trained model, ready to be asked. Parameters are named `encoder.*`, `connector.*`, `llm.*`. */
export interface TrainedModel {
  readonly structure: VlmStructure;
  readonly parameters: Tensors;
  readonly tokenizer: Tokenizer;
  /** The last training stage; it says how prompts and images are prepared. */
  readonly config: TrainStageConfig;
  /** Encoder tokens [n, N, V] of images given by their indices. */
  readonly features: (images: readonly number[]) => Promise<TensorData>;
}

/** A folder that the job must name. */
export function folderOf<K extends 'backbones' | 'benchmarks'>(
  job: Pick<TrainerJob, K>,
  kind: K,
  id: string,
): string {
  const folder = job[kind][id];
  if (folder !== undefined) return folder;
  throw new AblateError('UNKNOWN_FOLDER', `The job names no folder for "${id}" among its ${kind}.`, {
    path: `${kind}.${id}`,
    value: id,
    rule: `One of ${Object.keys(job[kind]).join(', ') || 'none'}.`,
    fix: `Add the folder of "${id}" to the job.`,
  });
}

function lastTraining({ parents }: Pick<TrainerJob, 'parents'>): TrainStageConfig {
  const config = parents.map((parent) => parent.config).findLast(({ kind }) => kind === 'train');
  if (config?.kind === 'train') return config;
  throw new AblateError('NO_TRAINED_PARENT', 'An evaluation needs a trained model, and its job names none.', {
    path: 'parents',
    value: parents.length,
    rule: 'At least one parent is a training stage.',
    fix: 'Evaluate a stage that trains.',
  });
}

const FROZEN = { mode: 'frozen' } as const;

/** The backbones of the last training stage with everything that the parents trained laid over them, adapters merged. */
export async function loadModel(
  job: Pick<TrainerJob, 'backbones' | 'parents'>,
  programs: ProgramCache,
  images: { readonly folder: string; readonly images: readonly { file: string; owner: string }[] },
): Promise<TrainedModel> {
  const config = lastTraining(job);
  const encoderDir = folderOf(job, 'backbones', config.encoder.id);
  const llmDir = folderOf(job, 'backbones', config.llm.id);
  // A stage after the last one that trains nothing has exactly the model that is to be evaluated.
  const { structure, parameters } = await prepareStage(
    { ...config, tune: { encoder: FROZEN, connector: FROZEN, llm: FROZEN } },
    { encoderDir, llmDir, parents: job.parents },
  );
  const weights = Object.fromEntries(parameters);
  const processor = await loadImageProcessor(encoderDir);
  const source = imageSource(images.folder, images.images, processor, config);
  return {
    structure,
    parameters: weights,
    tokenizer: await loadTokenizer(llmDir),
    config,
    features: await frozenFeatures(programs, structure, weights, source),
  };
}
