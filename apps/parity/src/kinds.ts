import type { Executor } from '@ablate/tensor';
import type { Checks } from './checks.js';
import type { GoldenCase } from './golden-case.js';
import { collateKind } from './kinds/collate.js';
import { connector } from './kinds/connector.js';
import { generation } from './kinds/generation.js';
import { imageDecode, imagePreprocess } from './kinds/image.js';
import { mergeKind } from './kinds/merge.js';
import { sampler } from './kinds/sampler.js';
import { scoring } from './kinds/scoring.js';
import { labelsPretrain, textPreprocess } from './kinds/text.js';
import { llm } from './kinds/llm.js';
import { optimiserAdamW } from './kinds/optimiser-adamw.js';
import { schedules } from './kinds/schedules.js';
import { trainingTwoStage } from './kinds/training-two-stage.js';
import { visionEncoder } from './kinds/vision-encoder.js';

/** What a kind computes with. */
export interface Tools {
  readonly executor: Executor;
}

/** Computes one case with the product's own code and checks everything that it expects. */
export type Kind = (golden: GoldenCase, checks: Checks, tools: Tools) => Promise<void>;

/** Kinds that compute no tensor give the same on every backend. */
export interface KindEntry {
  readonly run: Kind;
  readonly usesBackend: boolean;
}

const onBackend = (run: Kind): KindEntry => ({ run, usesBackend: true });
const anywhere = (run: Kind): KindEntry => ({ run, usesBackend: false });

/** Every `kind` of a case.json; a new one is a file and a line here. */
export const kinds: Readonly<Record<string, KindEntry>> = {
  vision_encoder: onBackend(visionEncoder),
  connector: onBackend(connector),
  text_preprocess: anywhere(textPreprocess),
  labels_pretrain: anywhere(labelsPretrain),
  collate: anywhere(collateKind),
  merge: onBackend(mergeKind),
  image_decode: anywhere(imageDecode),
  image_preprocess: anywhere(imagePreprocess),
  sampler: anywhere(sampler),
  scoring: anywhere(scoring),
  llm: onBackend(llm),
  generation: onBackend(generation),
  training_two_stage: onBackend(trainingTwoStage),
  optimiser_adamw: anywhere(optimiserAdamW),
  schedules: anywhere(schedules),
};
