import { AblateError } from '@ablate/errors';
import { isObjectLevel, levelName, suggest, type JsonValue, type Level } from '@ablate/design-space';
import { readOverride, type Override } from './overrides.js';
import { badSetting, readSettings, text, unknownName, type Rule } from './rules.js';
import type { Tuning } from './stage-config.js';
import { FROM_LAYER_RULE, LORA_RULES, loraDefaults } from './tuning.js';

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
  /** Absent = 2048. */
  readonly maxLength?: number;
  /** Absent = 0. */
  readonly weightDecay?: number;
  /** Absent = none. */
  readonly clipNorm?: number;
}

export interface Strategy {
  readonly id: string;
  readonly stages: readonly StageRecipe[];
  /** What the level itself says of its stages, over the recipes' numbers. */
  readonly settings: readonly Override[];
}

const frozen: Tuning = { mode: 'frozen' };
const full: Tuning = { mode: 'full' };

/** Stage 1 of every strategy with two stages or more: the connector alone learns to caption (vlm.md 1.5, base PT). */
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

/** Between the two of base: captions again, with the LLM (TLF:scripts/train/share/pretrain_share.sh). */
const pretrainShare: StageRecipe = {
  ...pretrain,
  name: 'pretrain-share',
  tune: { encoder: frozen, connector: full, llm: full },
  learningRate: 2e-5,
  maxLength: 3072,
};

interface Preset {
  readonly stages: readonly StageRecipe[];
  /** What an object level may set: the rule, and the setting of a stage that it is short for. */
  readonly settings: Readonly<Record<string, { readonly rule: Rule; readonly sets: string }>>;
}

const presets: Readonly<Record<string, Preset>> = {
  /** TLF:scripts/train/pretrain.sh, finetune.sh. */
  base: { stages: [pretrain, finetune], settings: {} },
  /** TLF:scripts/train/share/: three stages, the tower frozen in all. */
  share: { stages: [pretrain, pretrainShare, { ...finetune, maxLength: 3072 }], settings: {} },
  /** The share recipe of arXiv 2402.14289: in its second stage the tower is trained from layer 12 on. */
  'share-paper': {
    stages: [
      pretrain,
      { ...pretrainShare, tune: { ...pretrainShare.tune, encoder: { mode: 'partial', fromLayer: 12 } } },
      { ...finetune, maxLength: 3072 },
    ],
    settings: {
      fromLayer: { rule: FROM_LAYER_RULE, sets: 'stages.pretrain-share.tune.encoder.fromLayer' },
    },
  },
  /** TLF:scripts/train/lora/finetune_lora.sh. */
  lora: {
    stages: [
      pretrain,
      {
        ...finetune,
        tune: { ...finetune.tune, llm: { mode: 'lora', ...loraDefaults({}) } },
        learningRate: 2e-4,
        groupByModalityLength: false,
        maxLength: 3072,
      },
    ],
    settings: Object.fromEntries(
      Object.entries(LORA_RULES).map(([key, rule]) => [
        key,
        { rule, sets: `stages.finetune.tune.llm.${key}` },
      ]),
    ),
  },
  /** Prismatic's single stage without alignment (arXiv 2402.07865, section 4.1; vlm.md 1.5). */
  'one-stage': {
    stages: [{ ...finetune, weightDecay: 0.1, clipNorm: 1 }],
    settings: {},
  },
};

/** Strategies that have a name. */
export const STRATEGIES = Object.keys(presets);

/** Stages that a stage of one's own may be like. */
const RECIPES: Readonly<Record<string, StageRecipe>> = {
  pretrain,
  'pretrain-share': pretrainShare,
  finetune,
};

/**
 * A strategy by name, by name with settings (`{ id: lora, rank, alpha, dropout, targets }`, `{ id: share-paper, fromLayer }`), or of one's
 * own: `{ id, stages: [{ name, like, part, ...settings of a stage }] }`. Stages and numbers of the named ones are their sources' (vlm.md 1.5).
 * Throws UNKNOWN_LEVEL, UNKNOWN_SETTING or BAD_SETTING at `path`.
 */
export function readStrategy(level: Level, path: string): Strategy {
  const id = levelName(level);
  const preset = Object.hasOwn(presets, id) ? presets[id] : undefined;
  if (isObjectLevel(level) && 'stages' in level) return ownStrategy(level, id, preset !== undefined, path);
  if (!preset) throw unknownName('strategy', id, STRATEGIES, path);
  const rules = Object.fromEntries(Object.entries(preset.settings).map(([key, { rule }]) => [key, rule]));
  const given = readSettings(level, rules, path) as Readonly<Record<string, JsonValue>>;
  const settings = Object.entries(given).flatMap(([key, value]) =>
    readOverride(preset.settings[key]!.sets, value),
  );
  return { id, stages: preset.stages, settings };
}

function ownStrategy(
  level: Readonly<Record<string, JsonValue>>,
  id: string,
  isTaken: boolean,
  path: string,
): Strategy {
  const { id: name, stages, ...rest } = level;
  if (typeof name !== 'string' || isTaken)
    throw badSetting(`${path}.id`, name ?? null, `a name of your own, not one of ${STRATEGIES.join(', ')}`);
  const [other] = Object.keys(rest);
  if (other !== undefined)
    throw new AblateError('UNKNOWN_SETTING', `A strategy of one's own has no setting '${other}'.`, {
      path: `${path}.${other}`,
      value: rest[other],
      rule: 'it has an id and stages',
      fix: 'Write the setting into the stage that it belongs to.',
    });
  if (!Array.isArray(stages) || stages.length === 0)
    throw badSetting(`${path}.stages`, stages, 'a list of stages, each { name, ...settings }');
  const read = stages.map((stage, i) => ownStage(stage as JsonValue, `${path}.stages.${i}`));
  read.forEach(({ recipe }, i) => {
    if (read.findIndex((one) => one.recipe.name === recipe.name) < i)
      throw badSetting(`${path}.stages.${i}.name`, recipe.name, 'a name that no other stage has');
  });
  return {
    id,
    stages: read.map(({ recipe }) => recipe),
    settings: read.flatMap(({ settings }) => settings),
  };
}

const STAGE_NAME: Rule = {
  accepts: (value) => typeof value === 'string' && /^[a-z][a-z0-9_-]*$/i.test(value) && value !== 'evaluate',
  text: 'a name of letters, digits, - and _, and not "evaluate"',
};

function ownStage(
  stage: JsonValue,
  path: string,
): { readonly recipe: StageRecipe; readonly settings: readonly Override[] } {
  if (!isObjectLevel(stage as Level)) throw badSetting(path, stage, 'a stage { name, ...settings }');
  const { name, like, part, ...settings } = stage as Readonly<Record<string, JsonValue>>;
  if (!STAGE_NAME.accepts(name)) throw badSetting(`${path}.name`, name ?? null, STAGE_NAME.text);
  const model = (like ?? (Object.hasOwn(RECIPES, name as string) ? name : 'finetune')) as string;
  if (!Object.hasOwn(RECIPES, model))
    throw badSetting(
      `${path}.like`,
      model,
      `one of ${Object.keys(RECIPES).join(', ')}`,
      suggest(model, Object.keys(RECIPES)),
    );
  if (part !== undefined && !text.accepts(part)) throw badSetting(`${path}.part`, part, text.text);
  const recipe = RECIPES[model]!;
  return {
    recipe: { ...recipe, name: name as string, part: (part as string | undefined) ?? recipe.part },
    settings: Object.entries(settings).flatMap(([key, value]) =>
      readAt(`${path}.${key}`, name as string, key, value),
    ),
  };
}

/** A stage's setting, with errors at the place where it is written. */
function readAt(path: string, stage: string, key: string, value: JsonValue): readonly Override[] {
  const prefix = `stages.${stage}.${key}`;
  try {
    return readOverride(prefix, value);
  } catch (error) {
    if (!(error instanceof AblateError)) throw error;
    const below = String(error.path ?? '').slice(prefix.length);
    throw new AblateError(error.code, error.message, { ...error.toJSON(), path: `${path}${below}` });
  }
}
