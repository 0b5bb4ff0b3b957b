import { AblateError } from '@ablate/errors';
import { levelName, type Cell, type GridSpec, type Level, type Seeds } from '@ablate/design-space';
import { findBenchmark, maxNewTokens } from './benchmarks.js';
import type {
  BackboneEntry,
  CatalogueIndex,
  EncoderEntry,
  LlmEntry,
  RecipeEntry,
} from './catalogue-index.js';
import { requireFit } from './connector-fit.js';
import { readConnector } from './connectors.js';
import { conversationTemplate } from './conversation-template.js';
import { applyOverrides, readOverride, type Override } from './overrides.js';
import { badSetting, oneOf, orNull, readSettings, unknownName, whole } from './rules.js';
import { readStrategy, type StageRecipe, type Strategy } from './strategies.js';
import { requireTunable } from './tunable.js';
import type { EncoderConfig, EvaluateStageConfig, StageConfig, TrainStageConfig } from './stage-config.js';

/** TinyLLaVA's system sentence (vlm.md 4.1). */
export const DEFAULT_SYSTEM =
  "A chat between a curious user and an artificial intelligence assistant. The assistant gives helpful, detailed, and polite answers to the user's questions.";

/** The judge of MM-Vet's and LLaVA-W's published numbers, and the wording that this build asks with. */
const JUDGE = { model: 'gpt-4-0613', prompt: 1 } as const;

/** What a cell's levels mean here. */
export interface CellParts {
  readonly encoder: EncoderConfig;
  readonly encoderEntry: EncoderEntry;
  readonly llmEntry: LlmEntry;
  readonly connector: TrainStageConfig['connector'];
  readonly recipe: RecipeEntry;
  readonly maxSamples: number | null | undefined;
  readonly strategy: Strategy;
}

export interface ResolvedStage {
  readonly config: StageConfig;
  /** Place in the run of the stage whose weights it starts from; null = the backbones' own. */
  readonly parent: number | null;
}

function findBackbone<K extends BackboneEntry['kind']>(
  kind: K,
  level: Level,
  index: CatalogueIndex,
  path: string,
): Extract<BackboneEntry, { kind: K }> {
  const fits = (entry: BackboneEntry): entry is Extract<BackboneEntry, { kind: K }> => entry.kind === kind;
  const entries = index.backbones.filter(fits);
  const entry = entries.find(({ id }) => id === levelName(level));
  if (!entry)
    throw unknownName(
      kind,
      levelName(level),
      entries.map(({ id }) => id),
      path,
    );
  return entry;
}

function readEncoder(level: Level, entry: EncoderEntry, path: string): EncoderConfig {
  const layer = {
    accepts: (value: unknown) =>
      Number.isInteger(value) && (value as number) >= -entry.layers - 1 && (value as number) <= entry.layers,
    text: `a layer from ${-entry.layers - 1} to ${entry.layers}`,
  };
  const rules = { selectLayer: layer, tokens: oneOf('patch', 'cls-patch', 'legacy-siglip') };
  // The layer before the last, class token dropped: every TinyLLaVA recipe (vlm.md 1.1).
  return {
    id: entry.id,
    digest: entry.digest,
    selectLayer: -2,
    tokens: 'patch',
    ...readSettings(level, rules, path),
  };
}

export const findRecipe = (id: string, index: CatalogueIndex, path: string): RecipeEntry => {
  const entry = index.recipes.find((candidate) => candidate.id === id);
  if (!entry)
    throw unknownName(
      'data recipe',
      id,
      index.recipes.map((candidate) => candidate.id),
      path,
    );
  return entry;
};

/** One known axis's level looked up; used for a cell and to check every level of an axis, drawn or not. */
export const readLevel = {
  encoder: (level: Level, index: CatalogueIndex, path: string) => {
    const entry = findBackbone('encoder', level, index, path);
    return { entry, config: readEncoder(level, entry, path) };
  },
  llm: (level: Level, index: CatalogueIndex, path: string) => {
    readSettings(level, {}, path);
    return findBackbone('llm', level, index, path);
  },
  connector: (level: Level, _index: CatalogueIndex, path: string) => readConnector(level, path),
  data: (level: Level, index: CatalogueIndex, path: string) => {
    const { maxSamples } = readSettings(level, { maxSamples: orNull(whole(1)) }, path) as {
      maxSamples?: number | null;
    };
    return { recipe: findRecipe(levelName(level), index, path), maxSamples };
  },
  strategy: (level: Level, _index: CatalogueIndex, path: string) => readStrategy(level, path),
};

/** Where a cell's level was written, for an error's path. */
function whereIs(axis: string, spec: Pick<GridSpec, 'axes' | 'include'>): string {
  if (axis in spec.axes) return `axes.${axis}`;
  const i = (spec.include ?? []).findIndex((levels) => axis in levels);
  return i === -1 ? axis : `include.${i}.${axis}`;
}

export function readCell(
  cell: Cell,
  spec: Pick<GridSpec, 'axes' | 'include'>,
  index: CatalogueIndex,
): CellParts {
  const levelOf = (axis: string): Level => {
    const level = cell.levels[axis];
    if (level === undefined)
      throw new AblateError('MISSING_AXIS', `A cell has no '${axis}'.`, {
        path: `axes.${axis}`,
        value: cell.levels,
        rule: 'every cell has an encoder, a connector, an llm and data',
        fix: `Add axes.${axis} with at least one level that exists in every cell.`,
      });
    return level;
  };
  const at = (axis: string): string => whereIs(axis, spec);
  const encoder = readLevel.encoder(levelOf('encoder'), index, at('encoder'));
  const data = readLevel.data(levelOf('data'), index, at('data'));
  const parts: CellParts = {
    encoder: encoder.config,
    encoderEntry: encoder.entry,
    llmEntry: readLevel.llm(levelOf('llm'), index, at('llm')),
    connector: readLevel.connector(levelOf('connector'), index, at('connector')),
    recipe: data.recipe,
    maxSamples: data.maxSamples,
    strategy: readLevel.strategy(cell.levels['strategy'] ?? 'base', index, at('strategy')),
  };
  requireFit(parts.connector, encoder.entry, parts.llmEntry, at('connector'));
  return parts;
}

function defaultConfig(stage: StageRecipe, parts: CellParts, seed: number): TrainStageConfig {
  const { encoder, connector, llmEntry } = parts;
  return {
    version: 1,
    kind: 'train',
    stage: stage.name,
    encoder,
    connector,
    llm: { id: llmEntry.id, digest: llmEntry.digest },
    data: { recipe: parts.recipe.id, part: stage.part, digest: '', maxSamples: null },
    template: stage.template === 'llm' ? conversationTemplate(llmEntry) : stage.template,
    system: stage.template === 'llm' ? DEFAULT_SYSTEM : '',
    maxLength: stage.maxLength ?? 2048,
    imageAspect: 'square',
    tune: stage.tune,
    optimiser: {
      learningRate: stage.learningRate,
      connectorLearningRate: null,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: stage.weightDecay ?? 0,
      clipNorm: stage.clipNorm ?? null,
    },
    schedule: { kind: 'cosine', warmupRatio: 0.03 },
    batchSize: stage.batchSize,
    accumulation: 1,
    epochs: 1,
    lossReduction: 'micro-batch',
    groupByModalityLength: stage.groupByModalityLength,
    checkpointEvery: 100,
    seed,
  };
}

/** Whether a stage has weights to move. identity has none, so a stage that trains only the connector falls away with it. */
function trains({ tune, connector }: TrainStageConfig): boolean {
  return (
    tune.encoder.mode !== 'frozen' ||
    tune.llm.mode !== 'frozen' ||
    (tune.connector.mode !== 'frozen' && connector.kind !== 'identity')
  );
}

/** Looks up the data that the finished config names, and checks what several settings say together. */
function settle(config: TrainStageConfig, parts: CellParts, index: CatalogueIndex): TrainStageConfig {
  const at = `stages.${config.stage}`;
  requireTunable(config, parts.encoderEntry, parts.llmEntry, at);
  const recipe = findRecipe(config.data.recipe, index, `${at}.data.recipe`);
  const part = recipe.parts[config.data.part];
  if (!part)
    throw unknownName(
      `part of '${recipe.id}'`,
      config.data.part,
      Object.keys(recipe.parts),
      `${at}.data.part`,
    );
  if (config.batchSize % config.accumulation !== 0)
    throw badSetting(`${at}.accumulation`, config.accumulation, `a divisor of batchSize ${config.batchSize}`);
  // Grouping needs both kinds of sample; the reference asserts it (vlm.md 1.6).
  const mixed = part.textOnly > 0 && part.textOnly < part.samples;
  return {
    ...config,
    data: { ...config.data, digest: part.digest },
    // Sequences that are packed are of one length already, and of both kinds.
    groupByModalityLength: config.groupByModalityLength && mixed && config.data.packing !== true,
  };
}

/** What the cell's own axes say by dotted path: settings of object levels first, dotted axes over them. */
function cellOverrides(cell: Cell, parts: CellParts): readonly Override[] {
  const names = parts.strategy.stages.map(({ name }) => name);
  const data =
    parts.maxSamples === undefined
      ? []
      : names.flatMap((name) => readOverride(`stages.${name}.maxSamples`, parts.maxSamples ?? null));
  return [
    ...data,
    ...parts.strategy.settings,
    ...Object.entries(cell.levels).flatMap(([axis, value]) =>
      axis.includes('.') ? readOverride(axis, value) : [],
    ),
  ];
}

const judgeOff = (benchmark: string, path: string): AblateError =>
  new AblateError('JUDGE_OFF', `"${benchmark}" is graded by a judge, and none is set.`, {
    path,
    value: benchmark,
    rule: 'A judged benchmark needs an OpenAI-compatible address; by default there is none.',
    fix: 'Set ABLATE_JUDGE_URL for control plane and workers, or leave this benchmark out of evaluate.',
  });

export interface CellContext {
  readonly spec: Pick<GridSpec, 'axes' | 'include' | 'evaluate'>;
  readonly defaults: readonly Override[];
  readonly redraws: Seeds['redraws'];
  readonly index: CatalogueIndex;
  /** Told every path that had an effect. */
  readonly onReach: (path: string) => void;
}

/**
 * The stages of one run, in order: the strategy's trainings that train something, each from the one before, then one evaluation a benchmark
 * from the last training. A training stage that the seed does not redraw has seed 0. Evaluations have no seed.
 */
export function resolveStages(cell: Cell, seed: number, context: CellContext): readonly ResolvedStage[] {
  const { spec, index, redraws, onReach } = context;
  const parts = readCell(cell, spec, index);
  const overrides = [...context.defaults, ...cellOverrides(cell, parts)];
  const apply = <C extends StageConfig>(config: C): C => {
    const applied = applyOverrides(config, overrides);
    applied.reached.forEach(onReach);
    return applied.config;
  };
  const configs = parts.strategy.stages.map((stage) => {
    const drawn = redraws === null || redraws.includes(stage.name) ? seed : 0;
    return apply(defaultConfig(stage, parts, drawn));
  });
  const trainings = configs.filter(trains).map((config, i): ResolvedStage => ({
    config: settle(config, parts, index),
    parent: i === 0 ? null : i - 1,
  }));
  if (trainings.length === 0)
    throw new AblateError('NOTHING_TO_TRAIN', 'No stage of this cell trains anything.', {
      path: whereIs('strategy', spec),
      value: cell.levels,
      rule: 'a run has at least one stage that trains a part with weights',
      fix: 'Let a stage tune the connector or the LLM.',
    });
  const evaluations = (spec.evaluate ?? []).map((id, i): ResolvedStage => {
    const entry = findBenchmark(id, index, `evaluate.${i}`);
    if (entry.judged && index.judge === false) throw judgeOff(id, `evaluate.${i}`);
    const config: EvaluateStageConfig = {
      version: 1,
      kind: 'evaluate',
      stage: `evaluate:${id}`,
      benchmark: { id, digest: entry.digest },
      decoding: { maxNewTokens: maxNewTokens(entry), batchSize: 32 },
      blindSeed: 0,
      ...(entry.judged ? { judge: JUDGE } : {}),
    };
    return { config: apply(config), parent: trainings.length - 1 };
  });
  return [...trainings, ...evaluations];
}
