import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EvaluateStageConfig, TrainerJob, TrainStageConfig } from '@ablate/catalogue';
import { writeSafetensors } from '@ablate/tensor';
import {
  connectorSpecs,
  encoderArchitecture,
  initialise,
  llmArchitecture,
  llmConfig,
  loraSpecs,
  prefixed,
  visionConfig,
  type ParameterSpec,
} from '@ablate/vlm';
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
  model_type: 'llama',
  hidden_size: 32,
  intermediate_size: 48,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  hidden_act: 'silu',
  vocab_size: 900,
  max_position_embeddings: 256,
  rms_norm_eps: 1e-5,
  tie_word_embeddings: false,
};
const COLOURS: Readonly<Record<string, string>> = {
  'red.png': '#e01010',
  'green.png': '#10c020',
  'blue.png': '#2030f0',
  'white.png': '#ffffff',
  'black.png': '#000000',
};

/** Random weights so large that an untrained model's answers depend on the picture. */
const loud = (specs: readonly ParameterSpec[]): ParameterSpec[] =>
  specs.map((spec) => (spec.shape.length > 1 ? { ...spec, init: { kind: 'normal', std: 0.5 } } : spec));
const weightsOf = (specs: readonly ParameterSpec[], seed: number) =>
  Object.fromEntries(initialise(loud(specs), seed));

export interface TinyQuestion {
  readonly questionId: string;
  readonly image: string;
  readonly question: string;
  readonly target: string;
  readonly category: string;
}

/** Questions of three lengths about five plain pictures; several share a picture. */
export const tinyQuestions: readonly TinyQuestion[] = [
  ['red.png', 'What is it?', 'red'],
  ['green.png', 'What is it?', 'green'],
  ['blue.png', 'What is it?', 'blue'],
  ['white.png', 'Is it red?', 'no'],
  ['black.png', 'Is it red?', 'no'],
  ['red.png', 'Is it red?', 'yes'],
  ['green.png', 'How many things are in it?', 'one'],
].map(([image, question, target], i) => ({
  questionId: `q${i}`,
  image: image!,
  question: question!,
  target: target!,
  category: question === 'Is it red?' ? 'exists' : 'open',
}));

export async function writeBenchmark(
  folder: string,
  questions: readonly object[],
  kind = 'exact',
): Promise<string> {
  await mkdir(join(folder, 'images'), { recursive: true });
  for (const [name, background] of Object.entries(COLOURS)) {
    await sharp({ create: { width: 16, height: 16, channels: 3, background } })
      .png()
      .toFile(join(folder, 'images', name));
  }
  await writeFile(
    join(folder, 'questions.jsonl'),
    questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
  );
  await writeFile(join(folder, 'benchmark.json'), JSON.stringify({ version: 1, id: 'tiny', kind }));
  return folder;
}

export const trainConfig: TrainStageConfig = {
  version: 1,
  kind: 'train',
  stage: 'finetune',
  encoder: { id: 'eye', digest: '', selectLayer: -2, tokens: 'patch' },
  connector: { kind: 'linear' },
  llm: { id: 'tongue', digest: '' },
  data: { recipe: 'none', part: 'finetune', digest: '', maxSamples: null },
  template: 'llama',
  system: 'A chat.',
  maxLength: 256,
  imageAspect: 'square',
  tune: { encoder: { mode: 'frozen' }, connector: { mode: 'full' }, llm: { mode: 'frozen' } },
  optimiser: {
    learningRate: 1e-3,
    connectorLearningRate: null,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
    clipNorm: null,
  },
  schedule: { kind: 'constant', warmupRatio: 0 },
  batchSize: 1,
  accumulation: 1,
  epochs: 1,
  lossReduction: 'micro-batch',
  groupByModalityLength: false,
  checkpointEvery: 1,
  seed: 0,
};

export const evaluateConfig: EvaluateStageConfig = {
  version: 1,
  kind: 'evaluate',
  stage: 'evaluate:tiny',
  benchmark: { id: 'tiny', digest: '' },
  decoding: { maxNewTokens: 5, batchSize: 4 },
  blindSeed: 3,
};

/** Random backbones, a connector, a benchmark, and the job that evaluates them; everything below `root`. */
export async function tinyJob(root: string): Promise<TrainerJob> {
  const [eye, tongue, parent] = ['eye', 'tongue', 'parent'].map((name) => join(root, name));
  for (const folder of [eye!, tongue!, parent!]) await mkdir(folder, { recursive: true });
  const vision = visionConfig('config.json', ENCODER).config;
  const llm = llmConfig('config.json', LLM);
  const write = (folder: string, name: string, content: object): Promise<void> =>
    writeFile(join(folder, name), JSON.stringify(content));
  await write(eye!, 'config.json', ENCODER);
  await write(eye!, 'preprocessor_config.json', { size: 16, do_center_crop: false });
  await writeSafetensors(
    join(eye!, 'model.safetensors'),
    weightsOf(encoderArchitecture(ENCODER.model_type).specs(vision), 1),
  );
  await cp(fileURLToPath(new URL('fixtures/tokenizer', import.meta.url)), tongue!, { recursive: true });
  await write(tongue!, 'config.json', LLM);
  await writeSafetensors(
    join(tongue!, 'model.safetensors'),
    weightsOf(llmArchitecture('llama').specs(llm), 2),
  );
  const connector = prefixed(
    'connector.',
    connectorSpecs(trainConfig.connector, vision.hidden_size, llm.hidden_size),
  );
  const modelFile = join(parent!, 'model.safetensors');
  await writeSafetensors(modelFile, weightsOf(connector, 3));
  return {
    version: 1,
    stageKey: 'key',
    config: evaluateConfig,
    backend: 'onnx',
    threads: 1,
    outputDir: join(root, 'out'),
    backbones: { eye: eye!, tongue: tongue! },
    data: {},
    benchmarks: { tiny: await writeBenchmark(join(root, 'tiny'), tinyQuestions) },
    parents: [{ stageKey: 'parent', config: trainConfig, modelFile }],
    resumeFrom: null,
  };
}

/** A second parent that trained adapters on the LLM. */
export async function loraParent(root: string): Promise<TrainerJob['parents'][number]> {
  const lora = { rank: 2, alpha: 4, dropout: 0 };
  const specs = prefixed('llm.', loraSpecs(llmConfig('config.json', LLM), lora));
  const modelFile = join(root, 'lora.safetensors');
  await writeSafetensors(modelFile, weightsOf(specs, 4));
  const tune = { ...trainConfig.tune, llm: { mode: 'lora', ...lora } } as const;
  return { stageKey: 'lora', config: { ...trainConfig, tune }, modelFile };
}
