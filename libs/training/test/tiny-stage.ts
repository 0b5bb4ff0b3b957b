import { join } from 'node:path';
import type { TrainStageConfig } from '@ablate/catalogue';
import { writeTinyEncoder, writeTinyLlm, writeTinyRecipe } from '@ablate/vlm/testing';

export interface TinyStage {
  readonly encoderDir: string;
  readonly llmDir: string;
  readonly dataDir: string;
}

/** Random backbones and 15 samples, below `root`. */
export async function writeTinyStage(root: string): Promise<TinyStage> {
  const [encoderDir, llmDir, dataDir] = ['eye', 'tongue', 'data'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await writeTinyEncoder(encoderDir, 1);
  await writeTinyLlm(llmDir, 2);
  await writeTinyRecipe(dataDir);
  return { encoderDir, llmDir, dataDir };
}

export const tinyConfig: TrainStageConfig = {
  version: 1,
  kind: 'train',
  stage: 'finetune',
  encoder: { id: 'eye', digest: '', selectLayer: -2, tokens: 'patch' },
  connector: { kind: 'mlp', depth: 2 },
  llm: { id: 'tongue', digest: '' },
  data: { recipe: 'none', part: 'finetune', digest: '', maxSamples: null },
  template: 'phi',
  system: 'A chat.',
  maxLength: 256,
  imageAspect: 'pad',
  tune: { encoder: { mode: 'frozen' }, connector: { mode: 'full' }, llm: { mode: 'full' } },
  optimiser: {
    learningRate: 2e-2,
    connectorLearningRate: null,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0.01,
    clipNorm: 1,
  },
  schedule: { kind: 'cosine', warmupRatio: 0.1 },
  batchSize: 6,
  accumulation: 2,
  epochs: 3,
  lossReduction: 'micro-batch',
  groupByModalityLength: false,
  checkpointEvery: 2,
  seed: 7,
};
