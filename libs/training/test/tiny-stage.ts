import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { TrainStageConfig } from '@ablate/catalogue';
import { writeSafetensors } from '@ablate/tensor';
import { encoderArchitecture, initialise, llmArchitecture, llmConfig, visionConfig } from '@ablate/vlm';
import sharp from 'sharp';

const ENCODER = {
  model_type: 'clip_vision_model',
  hidden_size: 16,
  intermediate_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  image_size: 16,
  patch_size: 8,
  num_channels: 3,
  hidden_act: 'quick_gelu',
};
const LLM = {
  model_type: 'phi',
  hidden_size: 24,
  intermediate_size: 32,
  num_hidden_layers: 2,
  num_attention_heads: 2,
  hidden_act: 'gelu_new',
  vocab_size: 901,
  max_position_embeddings: 256,
  layer_norm_eps: 1e-5,
  partial_rotary_factor: 0.5,
};
const COLOURS: Readonly<Record<string, string>> = {
  red: '#e01010',
  green: '#10c020',
  blue: '#2030f0',
  white: '#ffffff',
  black: '#000000',
  grey: '#808080',
  pink: '#ffa0c0',
};

export interface TinyStage {
  readonly encoderDir: string;
  readonly llmDir: string;
  readonly dataDir: string;
}

/** Random backbones and 14 samples of plain pictures with their colours, below `root`. The last sample has no picture. */
export async function writeTinyStage(root: string): Promise<TinyStage> {
  const [encoderDir, llmDir, dataDir] = ['eye', 'tongue', 'data'].map((name) => join(root, name)) as [
    string,
    string,
    string,
  ];
  await mkdir(join(dataDir, 'images'), { recursive: true });
  for (const folder of [encoderDir, llmDir]) await mkdir(folder, { recursive: true });
  const json = (file: string, content: unknown): Promise<void> => writeFile(file, JSON.stringify(content));
  await json(join(encoderDir, 'config.json'), ENCODER);
  await json(join(encoderDir, 'preprocessor_config.json'), { size: 16, do_center_crop: false });
  const vision = encoderArchitecture(ENCODER.model_type).specs(visionConfig('config.json', ENCODER).config);
  await writeSafetensors(join(encoderDir, 'model.safetensors'), Object.fromEntries(initialise(vision, 1)));
  await cp(fileURLToPath(new URL('fixtures/tokenizer', import.meta.url)), llmDir, { recursive: true });
  await json(join(llmDir, 'config.json'), LLM);
  await writeSafetensors(
    join(llmDir, 'model.safetensors'),
    Object.fromEntries(initialise(llmArchitecture('phi').specs(llmConfig('config.json', LLM)), 2)),
  );
  const records: object[] = [];
  for (const [colour, background] of Object.entries(COLOURS)) {
    await sharp({ create: { width: 20, height: 16, channels: 3, background } })
      .png()
      .toFile(join(dataDir, 'images', `${colour}.png`));
    const turns = (question: string): object[] => [
      { from: 'human', value: `<image>\n${question}` },
      { from: 'gpt', value: colour },
    ];
    records.push({ id: `${colour}-1`, image: `${colour}.png`, conversations: turns('What colour is it?') });
    records.push({
      id: `${colour}-2`,
      image: `${colour}.png`,
      conversations: turns('Name the colour of this picture, please.'),
    });
  }
  records.push({
    id: 'text',
    conversations: [
      { from: 'human', value: 'Say yes.' },
      { from: 'gpt', value: 'yes' },
    ],
  });
  await json(join(dataDir, 'finetune.json'), records);
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
