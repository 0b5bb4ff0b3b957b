import { levelName, type Level } from '@ablate/design-space';
import { positive, readSettings, share, unknownName, whole, type Rule } from './rules.js';
import type { LoraConfig, Tuning } from './stage-config.js';

/** One training stage of a strategy: what it trains and how, before anyone overrides it. */
export interface StageRecipe {
  readonly name: string;
  /** Which file of the data recipe it reads. */
  readonly part: string;
  /** `pretrain` is the plain template; `llm` the conversation template of the LLM. */
  readonly template: 'pretrain' | 'llm';
  readonly tune: { readonly encoder: Tuning; readonly connector: Tuning; readonly llm: Tuning };
  readonly learningRate: number;
  readonly batchSize: number;
  readonly groupByModalityLength: boolean;
}

export interface Strategy {
  readonly id: string;
  readonly stages: readonly StageRecipe[];
}

const frozen: Tuning = { mode: 'frozen' };
const full: Tuning = { mode: 'full' };

/** The reference's alpha is twice its rank (128, 256); so is the default for another rank. */
export const loraDefaults = (given: Partial<LoraConfig>): LoraConfig => {
  const rank = given.rank ?? 128;
  return { rank, alpha: given.alpha ?? 2 * rank, dropout: given.dropout ?? 0.05 };
};
export const LORA_RULES: Readonly<Record<keyof LoraConfig, Rule>> = {
  rank: whole(1),
  alpha: positive,
  dropout: share,
};

/** Stage 1 of both strategies: the connector alone learns to caption (vlm.md 1.5, base PT). */
const pretrain: StageRecipe = {
  name: 'pretrain',
  part: 'pretrain',
  template: 'pretrain',
  tune: { encoder: frozen, connector: full, llm: frozen },
  learningRate: 1e-3,
  batchSize: 256,
  groupByModalityLength: false,
};

const finetune: StageRecipe = {
  name: 'finetune',
  part: 'finetune',
  template: 'llm',
  tune: { encoder: frozen, connector: full, llm: full },
  learningRate: 2e-5,
  batchSize: 128,
  groupByModalityLength: true,
};

const builders: Readonly<Record<string, (level: Level, path: string) => readonly StageRecipe[]>> = {
  base: (level, path) => {
    readSettings(level, {}, path);
    return [pretrain, finetune];
  },
  lora: (level, path) => {
    const settings: Partial<LoraConfig> = readSettings(level, LORA_RULES, path);
    const llm: Tuning = { mode: 'lora', ...loraDefaults(settings) };
    return [
      pretrain,
      { ...finetune, tune: { ...finetune.tune, llm }, learningRate: 2e-4, groupByModalityLength: false },
    ];
  },
};

export const STRATEGIES = Object.keys(builders);

/**
 * A strategy by name or `{ id: lora, rank, alpha, dropout }`. Stages and numbers are TinyLLaVA_Factory's scripts (vlm.md 1.5).
 * Throws UNKNOWN_LEVEL, UNKNOWN_SETTING or BAD_SETTING at `path`.
 */
export function readStrategy(level: Level, path: string): Strategy {
  const id = levelName(level);
  const build = builders[id];
  if (!build || !Object.hasOwn(builders, id)) throw unknownName('strategy', id, STRATEGIES, path);
  return { id, stages: build(level, path) };
}
