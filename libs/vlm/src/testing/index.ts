import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeSafetensors } from '@ablate/tensor';
import sharp from 'sharp';
import { encoderArchitecture, llmArchitecture, llmConfig, visionConfig } from '../models/architectures.js';
import { initialise } from '../models/initialise.js';

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
const TOKENIZER = fileURLToPath(new URL('../../test/fixtures/golden/text_phi/', import.meta.url));
const COLOURS: Readonly<Record<string, string>> = {
  red: '#e01010',
  green: '#10c020',
  blue: '#2030f0',
  white: '#ffffff',
  black: '#000000',
  grey: '#808080',
  pink: '#ffa0c0',
};

const writeJson = (file: string, content: unknown): Promise<void> => writeFile(file, JSON.stringify(content));

/** A random CLIP encoder, complete enough to be loaded and indexed; `seed` draws other weights. */
export async function writeTinyEncoder(folder: string, seed: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeJson(join(folder, 'config.json'), ENCODER);
  await writeJson(join(folder, 'preprocessor_config.json'), { size: 16, do_center_crop: false });
  const specs = encoderArchitecture(ENCODER.model_type).specs(visionConfig('config.json', ENCODER).config);
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(initialise(specs, seed)));
}

/** A random Phi with a tiny trained tokenizer. */
export async function writeTinyLlm(folder: string, seed: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const name of ['tokenizer.json', 'tokenizer_config.json'])
    await cp(join(TOKENIZER, name), join(folder, name));
  await writeJson(join(folder, 'config.json'), LLM);
  const specs = llmArchitecture('phi').specs(llmConfig('config.json', LLM));
  await writeSafetensors(join(folder, 'model.safetensors'), Object.fromEntries(initialise(specs, seed)));
}

async function writePictures(folder: string): Promise<void> {
  await mkdir(join(folder, 'images'), { recursive: true });
  for (const [colour, background] of Object.entries(COLOURS)) {
    await sharp({ create: { width: 20, height: 16, channels: 3, background } })
      .png()
      .toFile(join(folder, 'images', `${colour}.png`));
  }
}

const conversation = (question: string, answer: string): object[] => [
  { from: 'human', value: question },
  { from: 'gpt', value: answer },
];

/** Parts `pretrain` and `finetune`: plain pictures and their colours, `copies` times; the last record of `finetune` has no picture. */
export async function writeTinyRecipe(folder: string, copies = 1): Promise<void> {
  await writePictures(folder);
  const colours = Array.from({ length: copies }, () => Object.keys(COLOURS)).flat();
  const record = (colour: string, i: number, question: string, answer: string): object => ({
    id: `${colour}-${i}`,
    image: `${colour}.png`,
    conversations: conversation(`<image>\n${question}`, answer),
  });
  await writeJson(
    join(folder, 'pretrain.json'),
    colours.map((colour, i) => record(colour, i, 'Describe the image.', `a ${colour} picture`)),
  );
  await writeJson(join(folder, 'finetune.json'), [
    ...colours.flatMap((colour, i) => [
      record(colour, 2 * i, 'What colour is it?', colour),
      record(colour, 2 * i + 1, 'Name the colour of this picture, please.', colour),
    ]),
    { id: 'text', conversations: conversation('Say yes.', 'yes') },
  ]);
}

/** A benchmark of one question a colour. */
export async function writeTinyBenchmark(folder: string): Promise<void> {
  await writePictures(folder);
  const questions = Object.keys(COLOURS).map((colour, i) => ({
    questionId: `q${i}`,
    image: `${colour}.png`,
    question: 'What colour is it?',
    target: colour,
    category: 'colour',
  }));
  await writeFile(
    join(folder, 'questions.jsonl'),
    questions.map((question) => `${JSON.stringify(question)}\n`).join(''),
  );
  await writeJson(join(folder, 'benchmark.json'), {
    version: 1,
    id: 'tiny-vqa',
    kind: 'exact',
    primaryMetric: 'accuracy',
    maxNewTokens: 4,
  });
}
