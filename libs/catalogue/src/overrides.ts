import { AblateError } from '@ablate/errors';
import { isObjectLevel, suggest, type JsonValue, type Level } from '@ablate/design-space';
import {
  atLeastZero,
  badSetting,
  flag,
  oneOf,
  orNull,
  positive,
  share,
  text,
  whole,
  type Rule,
} from './rules.js';
import {
  TEMPLATES,
  type EvaluateStageConfig,
  type StageConfig,
  type TrainStageConfig,
} from './stage-config.js';
import { applyTuning, hasEffect, TUNE_RULES } from './tuning.js';

/** What a dotted path may set of a training stage. Backbones, connector and seed have axes and fields of their own. */
const TRAIN: Readonly<Record<string, Rule>> = {
  'data.recipe': text,
  'data.maxSamples': orNull(whole(1)),
  'data.mismatched': oneOf('drop', 'keep', 'refuse'),
  'data.packing': flag,
  template: oneOf(...TEMPLATES),
  system: text,
  maxLength: whole(1),
  imageAspect: oneOf('square', 'pad'),
  exifOrientation: oneOf('ignore', 'apply'),
  ...TUNE_RULES,
  'optimiser.learningRate': atLeastZero,
  'optimiser.encoderLearningRate': orNull(atLeastZero),
  'optimiser.connectorLearningRate': orNull(atLeastZero),
  'optimiser.llmLearningRate': orNull(atLeastZero),
  'optimiser.beta1': share,
  'optimiser.beta2': share,
  'optimiser.epsilon': positive,
  'optimiser.weightDecay': atLeastZero,
  'optimiser.clipNorm': orNull(positive),
  'schedule.kind': oneOf(
    'cosine',
    'linear',
    'constant',
    'constant_with_warmup',
    'cosine_with_min_lr',
    'cosine_with_restarts',
    'polynomial',
    'inverse_sqrt',
  ),
  'schedule.warmupRatio': share,
  batchSize: whole(1),
  accumulation: whole(1),
  epochs: whole(1),
  maxSteps: orNull(whole(1)),
  gradientCheckpointing: flag,
  lossReduction: oneOf('micro-batch', 'token'),
  groupByModalityLength: flag,
  checkpointEvery: whole(1),
};
const EVALUATE: Readonly<Record<string, Rule>> = {
  'decoding.maxNewTokens': whole(1),
  'decoding.batchSize': whole(1),
  'judge.model': text,
};

/** Short names: the last part of a path where that is unambiguous, e.g. learningRate. */
const shortNames = (rules: Readonly<Record<string, Rule>>): ReadonlyMap<string, string> => {
  const names = new Map<string, string>();
  for (const path of Object.keys(rules)) {
    const last = path.slice(path.lastIndexOf('.') + 1);
    if (last !== path && !path.startsWith('tune.') && last !== 'kind') names.set(last, path);
  }
  return names;
};
const TRAIN_SHORT = shortNames(TRAIN);
const EVALUATE_SHORT = shortNames(EVALUATE);

/** One leaf to set: `path` is what the person wrote, `leaf` the place in the stage's config. */
export interface Override {
  readonly path: string;
  readonly stage: string;
  readonly leaf: string;
  readonly value: JsonValue;
}

/** Stages that a path's name addresses: itself, and `evaluate` addresses every benchmark's. */
export const addresses = (override: Override, stage: string): boolean =>
  override.stage === stage || (override.stage === 'evaluate' && stage.startsWith('evaluate:'));

const unknownSetting = (path: string, value: unknown, fix: string): AblateError =>
  new AblateError('UNKNOWN_SETTING', `'${path}' is no setting of a stage.`, {
    path,
    value,
    rule: 'a dotted path is stages.<stage>.<setting>',
    fix,
  });

/** Reads `stages.<stage>.<setting>: value`; an object value sets each of its leaves. Checks the setting's name and the value's kind. */
export function readOverride(path: string, value: Level | JsonValue): readonly Override[] {
  const [root, stage, ...rest] = path.split('.');
  if (root !== 'stages' || stage === undefined || rest.length === 0)
    throw unknownSetting(path, value, 'Write, for example, stages.finetune.learningRate.');
  const evaluates = stage === 'evaluate' || stage.startsWith('evaluate:');
  const rules = evaluates ? EVALUATE : TRAIN;
  const read = (name: string, part: JsonValue): readonly Override[] => {
    const leaf = (evaluates ? EVALUATE_SHORT : TRAIN_SHORT).get(name) ?? name;
    const rule = rules[leaf];
    const where = `stages.${stage}.${name}`;
    if (rule) {
      if (!rule.accepts(part)) throw badSetting(where, part, rule.text);
      return [{ path, stage, leaf, value: part }];
    }
    // `tune: { llm: full }` is short for its mode.
    if (rules[`${leaf}.mode`] && typeof part === 'string') return read(`${leaf}.mode`, part);
    const isBranch = Object.keys(rules).some((known) => known.startsWith(`${name}.`));
    if (isBranch && isObjectLevel(part as Level))
      return Object.entries(part as Record<string, JsonValue>).flatMap(([key, inner]) =>
        read(`${name}.${key}`, inner),
      );
    if (name === 'seed') throw unknownSetting(where, part, 'Seeds are set by the field seeds.');
    throw unknownSetting(where, part, suggest(name, [...TRAIN_SHORT.keys(), ...Object.keys(rules)]));
  };
  return read(rest.join('.'), value);
}

/** Two axes, or two defaults, may not set the same leaf. */
export function checkConflicts(overrides: readonly Override[]): void {
  const seen = new Map<string, string>();
  for (const { path, stage, leaf, value } of overrides) {
    const place = `${stage}.${leaf}`;
    const other = seen.get(place);
    if (other !== undefined)
      throw new AblateError('CONFLICTING_PATHS', `'${path}' and '${other}' set the same thing.`, {
        path,
        value,
        rule: 'one path sets one setting',
        fix: 'Keep one of the two.',
      });
    seen.set(place, path);
  }
}

function set<T extends object>(target: T, leaf: string, value: JsonValue): T {
  const [head, ...rest] = leaf.split('.');
  const fields = target as Record<string, unknown>;
  const key = head as string;
  return { ...target, [key]: rest.length === 0 ? value : set(fields[key] as object, rest.join('.'), value) };
}

function reaches({ tune }: TrainStageConfig, leaf: string): boolean {
  const [root, part, key] = leaf.split('.');
  return root !== 'tune' || hasEffect(tune[part as keyof TrainStageConfig['tune']], key!);
}

function applyToTraining(config: TrainStageConfig, leaves: ReadonlyMap<string, JsonValue>): TrainStageConfig {
  let next = config;
  for (const part of ['encoder', 'connector', 'llm'] as const) {
    const prefix = `tune.${part}.`;
    const settings = [...leaves].filter(([leaf]) => leaf.startsWith(prefix));
    if (settings.length === 0) continue;
    const tuning = applyTuning(
      config.tune[part],
      Object.fromEntries(settings.map(([leaf, value]) => [leaf.slice(prefix.length), value])),
    );
    next = { ...next, tune: { ...next.tune, [part]: tuning } };
  }
  for (const [leaf, value] of leaves) if (!leaf.startsWith('tune.')) next = set(next, leaf, value);
  return withoutDefaults(next);
}

/** Settings that a config holds only where they are not the default, so that older stages keep their keys. */
function withoutDefaults(config: TrainStageConfig): TrainStageConfig {
  const { exifOrientation, data, optimiser, maxSteps, gradientCheckpointing, ...rest } = config;
  const { mismatched, packing, ...source } = data;
  const { encoderLearningRate, llmLearningRate, ...rates } = optimiser;
  return {
    ...rest,
    ...given({ maxSteps }, null),
    ...given({ gradientCheckpointing }, false),
    ...given({ exifOrientation }, 'ignore'),
    optimiser: { ...rates, ...given({ encoderLearningRate, llmLearningRate }, null) },
    data: { ...source, ...given({ mismatched }, 'drop'), ...given({ packing }, false) },
  };
}

/** The fields that are there and say something else than the default. */
function given<T extends object>(fields: T, usual: unknown): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== usual),
  ) as { [K in keyof T]?: NonNullable<T[K]> };
}

/** The config with overrides set, later ones over earlier ones, and the paths among them that have an effect here. */
export function applyOverrides<C extends StageConfig>(
  config: C,
  overrides: readonly Override[],
): { readonly config: C; readonly reached: readonly string[] } {
  const mine = overrides.filter((override) => addresses(override, config.stage));
  const leaves = new Map(mine.map(({ leaf, value }) => [leaf, value]));
  if (config.kind === 'evaluate') {
    let next: EvaluateStageConfig = config;
    const judged = config.judge !== undefined;
    const reachable = ({ leaf }: Override): boolean => judged || !leaf.startsWith('judge.');
    for (const [leaf, value] of leaves)
      if (judged || !leaf.startsWith('judge.')) next = set(next, leaf, value);
    return { config: next as C, reached: mine.filter(reachable).map(({ path }) => path) };
  }
  const next = applyToTraining(config, leaves);
  return {
    config: next as C,
    reached: mine.filter(({ leaf }) => reaches(next, leaf)).map(({ path }) => path),
  };
}
