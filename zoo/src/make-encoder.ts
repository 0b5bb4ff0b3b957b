import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { IMAGE_SIZE, loadGlosses, loadPool } from '@ablate/emoji-data';
import type { Executor } from '@ablate/tensor';
import {
  clipTextSpecs,
  clipVisionSpecs,
  initialise,
  loadWeights,
  siglipTextSpecs,
  siglipVisionSpecs,
  visionConfig,
} from '@ablate/vlm';
import { readTokenizer, writeBackbone, writeCard } from './backbone-folder.js';
import { bareEncode } from './bare-encode.js';
import { TEXT_LENGTH } from './contrastive-batches.js';
import type { DualEncoder } from './contrastive-graph.js';
import { ENCODER_GATES, measureEncoder, type EncoderScores } from './encoder-gates.js';
import type { MakeOptions } from './make-options.js';
import { PAD, tokenizerFiles, trainTokenizer, VOCABULARY } from './tokenizer.js';
import { BATCH, trainEncoder } from './train-encoder.js';

export type EncoderName = 'clip-tiny' | 'siglip-tiny';

const END = 2;
const PROJECTION = 128;
const LOGIT_SCALE = Math.log(1 / 0.07);
/** Not -10: 64 images x 150 texts hold 4 % of true pairs. */
const LOGIT_BIAS = -3;
/** Each phase is one cosine from its own rate; the second is a restart that was seen to pay. */
const RECIPE = {
  'clip-tiny': [{ images: 280_000, learningRate: 1.5e-3 }],
  'siglip-tiny': [
    { images: 340_000, learningRate: 1.2e-3 },
    { images: 80_000, learningRate: 1e-3 },
  ],
} as const;

const tower = { hidden_size: 128, intermediate_size: 512, num_attention_heads: 4 };
const visionTower = {
  ...tower,
  num_hidden_layers: 4,
  image_size: IMAGE_SIZE,
  patch_size: 8,
  num_channels: 3,
};
const textTower = {
  ...tower,
  num_hidden_layers: 2,
  vocab_size: VOCABULARY,
  max_position_embeddings: TEXT_LENGTH,
};

const CONFIGS = {
  'clip-tiny': {
    architectures: ['CLIPModel'],
    model_type: 'clip',
    projection_dim: PROJECTION,
    logit_scale_init_value: LOGIT_SCALE,
    torch_dtype: 'bfloat16',
    vision_config: {
      model_type: 'clip_vision_model',
      ...visionTower,
      hidden_act: 'quick_gelu',
      layer_norm_eps: 1e-5,
      projection_dim: PROJECTION,
    },
    text_config: {
      model_type: 'clip_text_model',
      ...textTower,
      hidden_act: 'quick_gelu',
      layer_norm_eps: 1e-5,
      projection_dim: PROJECTION,
      bos_token_id: 1,
      eos_token_id: END,
      pad_token_id: PAD,
    },
  },
  'siglip-tiny': {
    architectures: ['SiglipModel'],
    model_type: 'siglip',
    torch_dtype: 'bfloat16',
    vision_config: {
      model_type: 'siglip_vision_model',
      ...visionTower,
      hidden_act: 'gelu_pytorch_tanh',
      layer_norm_eps: 1e-6,
    },
    text_config: {
      model_type: 'siglip_text_model',
      ...textTower,
      hidden_act: 'gelu_pytorch_tanh',
      layer_norm_eps: 1e-6,
      bos_token_id: 1,
      eos_token_id: END,
      pad_token_id: PAD,
    },
  },
} as const;

const preprocessor = (name: EncoderName): object => ({
  image_processor_type: name === 'clip-tiny' ? 'CLIPImageProcessor' : 'SiglipImageProcessor',
  do_resize: true,
  size: name === 'clip-tiny' ? { shortest_edge: IMAGE_SIZE } : { height: IMAGE_SIZE, width: IMAGE_SIZE },
  ...(name === 'clip-tiny'
    ? { do_center_crop: true, crop_size: { height: IMAGE_SIZE, width: IMAGE_SIZE }, do_convert_rgb: true }
    : {}),
  resample: 3,
  do_rescale: true,
  rescale_factor: 1 / 255,
  do_normalize: true,
  image_mean: [0.5, 0.5, 0.5],
  image_std: [0.5, 0.5, 0.5],
});

export function dualEncoder(name: EncoderName): DualEncoder {
  const { config: vision } = visionConfig('config.json', CONFIGS[name]);
  const text = CONFIGS[name].text_config;
  return name === 'clip-tiny'
    ? {
        family: 'clip',
        vision,
        text,
        specs: [...clipVisionSpecs(vision), ...clipTextSpecs(text, vision, PROJECTION)],
      }
    : { family: 'siglip', vision, text, specs: [...siglipVisionSpecs(vision), ...siglipTextSpecs(text)] };
}

/** Trains, rounds, measures and writes one tiny encoder; `scale` shortens the run for trials. */
export async function makeEncoder(
  name: EncoderName,
  folder: string,
  executor: Executor,
  { seed, scale, firstPhase }: MakeOptions,
): Promise<void> {
  const model = dualEncoder(name);
  const pools = { train: await loadPool('train'), unseen: await loadPool('unseen-concepts') };
  const files =
    firstPhase === 0
      ? tokenizerFiles(trainTokenizer(loadGlosses(), pools.train), 'llama')
      : await readTokenizer(folder);
  const encode = bareEncode(files);
  const fresh = initialise(model.specs, seed);
  const before = await measureEncoder(executor, model, fresh, pools, encode, END, PAD);
  (fresh.get('logit_scale')!.data as Float32Array).fill(LOGIT_SCALE);
  if (model.family === 'siglip') (fresh.get('logit_bias')!.data as Float32Array).fill(LOGIT_BIAS);
  const parameters = firstPhase === 0 ? fresh : await loadWeights(folder, model.specs);
  const checkpointDir = await mkdtemp(join(tmpdir(), 'ablate-zoo-'));
  const losses: number[] = [];
  for (const [index, { images, learningRate }] of RECIPE[name].entries()) {
    if (index < firstPhase) continue;
    const report = await trainEncoder({
      executor,
      model,
      parameters,
      pool: pools.train,
      encode,
      endId: END,
      padId: PAD,
      images: images * scale,
      learningRate,
      seed: seed * 100 + index,
      checkpointDir,
    });
    losses.push(...report.losses);
  }
  await rm(checkpointDir, { recursive: true, force: true });
  const written = {
    config: CONFIGS[name],
    tokenizer: files.tokenizer,
    tokenizerConfig: files.config,
    preprocessor: preprocessor(name),
  };
  const rounded = await writeBackbone(folder, written, model.specs, parameters);
  const scores = await measureEncoder(executor, model, rounded, pools, encode, END, PAD);
  await writeCard(folder, card(name, { seed, scale, firstPhase }, losses.at(-1)!, before, scores));
  console.log(JSON.stringify({ name, losses, before, scores, passed: passes(scores) }));
}

const passes = (scores: EncoderScores): boolean =>
  scores.zeroShot >= ENCODER_GATES.zeroShot && scores.colourProbe >= ENCODER_GATES.colourProbe;

const card = (
  name: EncoderName,
  { seed, scale, firstPhase }: MakeOptions,
  loss: number,
  before: EncoderScores,
  after: EncoderScores,
): string => `# ${name}

A tiny ${name === 'clip-tiny' ? 'CLIP' : 'SigLIP'} (48 px, patch 8, width 128, 4 layers, 4 heads; text tower of 2 layers), made for Ablate's demo grid.

- Data: emoji pictures drawn from Noto (Apache-2.0) and Twemoji (CC-BY-4.0), names and tags from emojibase (MIT); unseen concepts and the Fluent artist left out.
- Recipe: ${name === 'clip-tiny' ? 'softmax loss both ways, uniform over all true texts' : `sigmoid loss, bias from ${LOGIT_BIAS}`}; ${RECIPE[name].map(({ images, learningRate }) => `${Math.round((images * scale) / 1000)} k images at learning rate ${learningRate}`).join(', then ')}, batch ${BATCH}, four short true claims an image, the exact truth of every claim about every image; AdamW (0.9, 0.98), decay 0.1, clip 1, cosine with 50 warm-up updates a phase.
- Command: ${`\`npm run zoo -- ${name}\``}, seed ${seed}, float32, weights rounded to bf16.${firstPhase > 0 ? ` These weights come from the same command run in parts: the second phase went on from the rounded weights of the first (\`--first-phase ${firstPhase}\`).` : ''}
- Mean loss of the last 50 updates: ${loss.toFixed(3)}.

Gate, on unseen concepts, measured on the rounded weights:

| score | random weights | reached | gate |
|---|---|---|---|
| zero-shot category of 13, single things | ${before.zeroShot.toFixed(3)} | ${after.zeroShot.toFixed(3)} | ${ENCODER_GATES.zeroShot} |
| colour of a scene's cell, ridge probe on the layer before the last | ${before.colourProbe.toFixed(3)} | ${after.colourProbe.toFixed(3)} | ${ENCODER_GATES.colourProbe} |

${passes(after) ? 'The gate is passed.' : 'The gate is not passed.'}
`;
