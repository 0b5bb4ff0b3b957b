import { describe, expect, it } from '@jest/globals';
import { expand, type GridSpec } from '@ablate/design-space';
import { exampleIndex } from '../test/example-index.js';
import { resolveCell, resolveGrid } from './resolve-grid.js';
import type { StageConfig, TrainStageConfig } from './stage-config.js';
import { stageKey } from './stage-key.js';

const grid = (rest: Partial<GridSpec> = {}): GridSpec => ({
  version: 1,
  project: 'demo',
  name: 'test',
  axes: {
    encoder: ['clip-tiny'],
    connector: ['linear'],
    llm: ['llama-tiny'],
    data: ['emoji-base'],
    ...rest.axes,
  },
  ...Object.fromEntries(Object.entries(rest).filter(([key]) => key !== 'axes')),
});
const resolve = (rest: Partial<GridSpec> = {}) => resolveGrid(grid(rest), expand(grid(rest)), exampleIndex);
const trainings = (rest: Partial<GridSpec> = {}): TrainStageConfig[] =>
  (resolve(rest)[0]?.stages ?? []).map(({ config }) => config).filter((config) => config.kind === 'train');
const thrown = (action: () => unknown): unknown => {
  try {
    return action();
  } catch (error) {
    return error;
  }
};

describe('defaults', () => {
  it('are the reference’s two stages', () => {
    const [pretrain, finetune] = trainings();
    expect(pretrain).toEqual({
      version: 1,
      kind: 'train',
      stage: 'pretrain',
      encoder: { id: 'clip-tiny', digest: 'e1', selectLayer: -2, tokens: 'patch' },
      connector: { kind: 'linear' },
      llm: { id: 'llama-tiny', digest: 'l1' },
      data: { recipe: 'emoji-base', part: 'pretrain', digest: 'd1', maxSamples: null },
      template: 'pretrain',
      system: '',
      maxLength: 2048,
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
      schedule: { kind: 'cosine', warmupRatio: 0.03 },
      batchSize: 256,
      accumulation: 1,
      epochs: 1,
      lossReduction: 'micro-batch',
      groupByModalityLength: false,
      checkpointEvery: 100,
      seed: 1,
    });
    expect(finetune).toMatchObject({
      stage: 'finetune',
      data: { part: 'finetune', digest: 'd2' },
      template: 'llama',
      system: expect.stringMatching(/^A chat between a curious user/),
      tune: { llm: { mode: 'full' } },
      optimiser: { learningRate: 2e-5 },
      batchSize: 128,
      seed: 1,
    });
  });

  it('of lora follow its rank', () => {
    const llmOf = (strategy: GridSpec['axes'][string], rest: Partial<GridSpec> = {}) =>
      trainings({ axes: { strategy }, ...rest })[1]?.tune.llm;
    expect(llmOf(['lora'])).toEqual({ mode: 'lora', rank: 128, alpha: 256, dropout: 0.05 });
    expect(llmOf([{ id: 'lora', rank: 16 }])).toEqual({ mode: 'lora', rank: 16, alpha: 32, dropout: 0.05 });
    expect(llmOf([{ id: 'lora', rank: 16, alpha: 8, dropout: 0 }])).toEqual({
      mode: 'lora',
      rank: 16,
      alpha: 8,
      dropout: 0,
    });
    expect(llmOf(['lora'], { defaults: { 'stages.finetune.tune.llm.rank': 4 } })).toEqual({
      mode: 'lora',
      rank: 4,
      alpha: 8,
      dropout: 0.05,
    });
    expect(trainings({ axes: { strategy: ['lora'] } })[1]).toMatchObject({
      optimiser: { learningRate: 2e-4 },
    });
  });

  it('take template from the LLM, settings from object levels', () => {
    const [, finetune] = trainings({
      axes: {
        encoder: [{ id: 'siglip-tiny', tokens: 'legacy-siglip', selectLayer: -1 }],
        connector: [{ id: 'resampler', numQueries: 16 }],
        llm: ['phi-tiny'],
        data: [{ id: 'emoji-rich', maxSamples: 50 }],
      },
    });
    expect(finetune).toMatchObject({
      encoder: { id: 'siglip-tiny', digest: 'e2', tokens: 'legacy-siglip', selectLayer: -1 },
      connector: { kind: 'resampler', numQueries: 16, depth: 3, heads: 8, headDim: 64 },
      template: 'phi',
      data: { recipe: 'emoji-rich', maxSamples: 50 },
      groupByModalityLength: true,
    });
  });

  it('group by modality only where the data has both kinds', () => {
    expect(trainings()[1]?.groupByModalityLength).toBe(false);
    expect(trainings({ axes: { data: ['emoji-rich'] } })[1]?.groupByModalityLength).toBe(true);
  });
});

describe('dotted paths', () => {
  it('reach their stage only, axes over object levels over defaults', () => {
    const [pretrain, finetune] = trainings({
      axes: { data: [{ id: 'emoji-base', maxSamples: 10 }], 'stages.finetune.learningRate': [3e-4] },
      defaults: {
        'stages.finetune.learningRate': 1,
        'stages.finetune.data.maxSamples': 99,
        'stages.pretrain.epochs': 2,
        'stages.finetune.schedule': { kind: 'linear', warmupRatio: 0 },
        'stages.finetune.tune.encoder': { mode: 'lora', rank: 2, alpha: 2, dropout: 0 },
      },
    });
    expect(pretrain).toMatchObject({
      epochs: 2,
      optimiser: { learningRate: 1e-3 },
      schedule: { kind: 'cosine' },
    });
    expect(finetune).toMatchObject({
      epochs: 1,
      optimiser: { learningRate: 3e-4, beta1: 0.9 },
      schedule: { kind: 'linear', warmupRatio: 0 },
      data: { maxSamples: 10 },
      tune: { encoder: { mode: 'lora', rank: 2, alpha: 2, dropout: 0 }, llm: { mode: 'full' } },
    });
  });

  it('may change the data of one stage, digest included', () => {
    expect(
      trainings({ defaults: { 'stages.pretrain.data.recipe': 'emoji-rich' } }).map(({ data }) => data.digest),
    ).toEqual(['d3', 'd2']);
  });

  it('reach every evaluation, or one', () => {
    const spec = {
      evaluate: ['emoji-vqa', 'emoji-pope'],
      defaults: { 'stages.evaluate.batchSize': 4, 'stages.evaluate:emoji-pope.maxNewTokens': 2 },
    };
    expect(resolve(spec)[0]?.stages.slice(2)).toEqual([
      {
        parent: 1,
        config: {
          version: 1,
          kind: 'evaluate',
          stage: 'evaluate:emoji-vqa',
          benchmark: { id: 'emoji-vqa', digest: 'b-emoji-vqa' },
          decoding: { maxNewTokens: 16, batchSize: 4 },
          blindSeed: 0,
        },
      },
      {
        parent: 1,
        config: {
          version: 1,
          kind: 'evaluate',
          stage: 'evaluate:emoji-pope',
          benchmark: { id: 'emoji-pope', digest: 'b-emoji-pope' },
          decoding: { maxNewTokens: 2, batchSize: 4 },
          blindSeed: 0,
        },
      },
    ]);
  });
});

it('leaves out a stage that has nothing to train', () => {
  const stages = (rest: Partial<GridSpec>) =>
    resolve(rest)[0]?.stages.map(({ config, parent }) => [config.stage, parent]);
  expect(stages({ axes: { connector: ['identity'] }, evaluate: ['emoji-vqa'] })).toEqual([
    ['finetune', null],
    ['evaluate:emoji-vqa', 0],
  ]);
  expect(stages({ defaults: { 'stages.pretrain.tune.connector.mode': 'frozen' } })).toEqual([
    ['finetune', null],
  ]);
});

describe('seeds', () => {
  it('redraw the named training stages; the others keep seed 0', () => {
    const runs = resolve({ seeds: { values: [5, 6], redraws: ['finetune'] } });
    expect(runs.map((run) => run.stages.map(({ config }) => config.kind === 'train' && config.seed))).toEqual(
      [
        [0, 5],
        [0, 6],
      ],
    );
  });
});

describe('sharing', () => {
  const context = { trainerVersion: 1, numericsClass: 'onnx-cpu' };
  const keysOf = (rest: Partial<GridSpec>): string[][] =>
    resolve(rest).map(({ stages }) => {
      const keys: string[] = [];
      for (const { config, parent } of stages)
        keys.push(stageKey(config, parent === null ? [] : [keys[parent] as string], context));
      return keys;
    });
  const unique = (rest: Partial<GridSpec>): number[] => {
    const keys = keysOf(rest);
    return (keys[0] ?? []).map((_, i) => new Set(keys.map((run) => run[i])).size);
  };
  const axes = {
    encoder: ['clip-tiny', 'siglip-tiny'],
    connector: ['linear', 'mlp2x_gelu'],
    strategy: ['base', 'lora'],
  };

  it('trains stage 1 once for all strategies', () => {
    expect(unique({ axes, evaluate: ['emoji-vqa'] })).toEqual([4, 8, 8]);
  });
  it('trains stage 1 once for all seeds that do not redraw it', () => {
    expect(unique({ axes, seeds: { values: [1, 2, 3], redraws: ['finetune'] } })).toEqual([4, 24]);
    expect(unique({ axes, seeds: 3 })).toEqual([12, 24]);
    // More values never change a key.
    const before = keysOf({ axes, seeds: { values: [1], redraws: ['finetune'] } }).flat();
    const after = new Set(keysOf({ axes, seeds: { values: [1, 2], redraws: ['finetune'] } }).flat());
    expect(before.every((key) => after.has(key))).toBe(true);
  });
  it('shares stage 1 across stage-2 settings, not across stage-1 settings', () => {
    expect(unique({ axes: { 'stages.finetune.learningRate': [1, 2, 3] } })).toEqual([1, 3]);
    expect(unique({ axes: { 'stages.pretrain.maxLength': [2048, 3072] } })).toEqual([2, 2]);
  });
  it('does not depend on names, project, priority', () => {
    expect(keysOf({ name: 'other', project: 'x', priority: 3 })).toEqual(keysOf({}));
  });
  it('hashes everything that reaches the trainer', () => {
    const config = (resolve()[0]?.stages[0] as { config: StageConfig }).config;
    const key = stageKey(config, [], context);
    expect(key).toMatch(/^[0-9a-f]{64}$/);
    const others = [
      stageKey(config, ['p'], context),
      stageKey(config, [], { ...context, trainerVersion: 2 }),
      stageKey(config, [], { ...context, numericsClass: 'tensorflow-gpu' }),
      stageKey(
        { ...config, encoder: { ...(config as TrainStageConfig).encoder, digest: 'other' } } as StageConfig,
        [],
        context,
      ),
    ];
    expect(new Set([key, ...others]).size).toBe(5);
  });
});

describe('what is not there is one error that lists what there is', () => {
  const bad: [string, Partial<GridSpec>, string, string][] = [
    ['encoder', { axes: { encoder: ['clip-tiny', 'clip-huge'] } }, 'UNKNOWN_LEVEL', 'axes.encoder.1'],
    ['llm', { axes: { llm: ['stablelm-tiny'] } }, 'UNKNOWN_LEVEL', 'axes.llm.0'],
    ['an encoder as llm', { axes: { llm: ['clip-tiny'] } }, 'UNKNOWN_LEVEL', 'axes.llm.0'],
    ['connector', { axes: { connector: ['mlp0x_gelu'] } }, 'UNKNOWN_LEVEL', 'axes.connector.0'],
    [
      'connector setting',
      { axes: { connector: [{ id: 'resampler', queries: 3 }] } },
      'UNKNOWN_SETTING',
      'axes.connector.0.queries',
    ],
    [
      'connector setting of a kind',
      { axes: { connector: [{ id: 'resampler', numQueries: 0.5 }] } },
      'BAD_SETTING',
      'axes.connector.0.numQueries',
    ],
    [
      'setting of a plain connector',
      { axes: { connector: [{ id: 'linear', numQueries: 5 }] } },
      'UNKNOWN_SETTING',
      'axes.connector.0.numQueries',
    ],
    [
      'layer',
      { axes: { encoder: [{ id: 'clip-tiny', selectLayer: 9 }] } },
      'BAD_SETTING',
      'axes.encoder.0.selectLayer',
    ],
    ['data', { axes: { data: ['emoji'] } }, 'UNKNOWN_LEVEL', 'axes.data.0'],
    ['strategy', { axes: { strategy: ['shared'] } }, 'UNKNOWN_LEVEL', 'axes.strategy.0'],
    [
      'strategy named like a method',
      { axes: { strategy: ['toString'] } },
      'UNKNOWN_LEVEL',
      'axes.strategy.0',
    ],
    ['included level', { include: [{ llm: 'gpt' }] }, 'UNKNOWN_LEVEL', 'axes.llm'],
    ['benchmark', { evaluate: ['emoji-vqa', 'mme'] }, 'UNKNOWN_LEVEL', 'evaluate.1'],
    [
      'identity across widths',
      { axes: { encoder: ['clip-wide'], connector: ['identity'] } },
      'IDENTITY_NEEDS_EQUAL_WIDTHS',
      'axes.connector',
    ],
    ['root of a path', { axes: { 'optimiser.lr': [1] } }, 'UNKNOWN_SETTING', 'optimiser.lr'],
    [
      'setting of a stage',
      { axes: { 'stages.finetune.learningrate': [1] } },
      'UNKNOWN_SETTING',
      'stages.finetune.learningrate',
    ],
    [
      'a seed as a setting',
      { axes: { 'stages.finetune.seed': [1] } },
      'UNKNOWN_SETTING',
      'stages.finetune.seed',
    ],
    [
      'wrong type',
      { axes: { 'stages.finetune.learningRate': ['1e-3'] } },
      'BAD_SETTING',
      'stages.finetune.learningRate',
    ],
    [
      'wrong type in an object',
      { axes: { 'stages.finetune.schedule': [{ kind: 'step' }] } },
      'BAD_SETTING',
      'stages.finetune.schedule.kind',
    ],
    [
      'wrong type in defaults',
      { defaults: { 'stages.finetune.batchSize': 1.5 } },
      'BAD_SETTING',
      'defaults.stages.finetune.batchSize',
    ],
    [
      'no divisor',
      { defaults: { 'stages.finetune.accumulation': 3 } },
      'BAD_SETTING',
      'stages.finetune.accumulation',
    ],
    [
      'a stage that no cell has',
      { axes: { 'stages.align.epochs': [1, 2] } },
      'PATH_REACHES_NOTHING',
      'axes.stages.align.epochs',
    ],
    [
      'a default for no stage',
      { defaults: { 'stages.align.epochs': 1 } },
      'PATH_REACHES_NOTHING',
      'defaults.stages.align.epochs',
    ],
    [
      'an evaluation setting without evaluations',
      { defaults: { 'stages.evaluate.batchSize': 1 } },
      'PATH_REACHES_NOTHING',
      'defaults.stages.evaluate.batchSize',
    ],
    [
      'LoRA numbers without LoRA',
      { defaults: { 'stages.finetune.tune.llm.rank': 8 } },
      'PATH_REACHES_NOTHING',
      'defaults.stages.finetune.tune.llm.rank',
    ],
    [
      'two paths for one setting',
      { defaults: { 'stages.finetune.learningRate': 1, 'stages.finetune.optimiser.learningRate': 2 } },
      'CONFLICTING_PATHS',
      'stages.finetune.optimiser.learningRate',
    ],
    [
      'a stage to redraw',
      { seeds: { values: [1], redraws: ['finetune', 'align'] } },
      'UNKNOWN_STAGE',
      'seeds.redraws.1',
    ],
    [
      'everything frozen',
      {
        defaults: {
          'stages.pretrain.tune.connector.mode': 'frozen',
          'stages.finetune.tune': { connector: { mode: 'frozen' }, llm: { mode: 'frozen' } },
        },
      },
      'NOTHING_TO_TRAIN',
      'strategy',
    ],
  ];
  it.each(bad)('%s', (_, rest, code, path) => {
    expect(thrown(() => resolve(rest))).toMatchObject({
      code,
      path,
      rule: expect.stringMatching(/./),
      fix: expect.stringMatching(/./),
    });
  });

  it('missing axes', () => {
    const spec: GridSpec = { version: 1, project: 'p', name: 'n', axes: { encoder: ['clip-tiny'] } };
    expect(thrown(() => resolveGrid(spec, expand(spec), exampleIndex))).toMatchObject({
      code: 'MISSING_AXIS',
      path: 'axes.data',
    });
  });

  it('lists them', () => {
    expect(thrown(() => resolve({ axes: { llm: ['stablelm-tiny'] } }))).toMatchObject({
      message: "There is no llm 'stablelm-tiny'.",
      value: 'stablelm-tiny',
      fix: 'There are: llama-tiny, phi-tiny.',
    });
  });
});

it('resolves one cell as it does in the grid', () => {
  const spec = grid({ evaluate: ['emoji-vqa'], seeds: { values: [3], redraws: ['finetune'] } });
  const expansion = expand(spec);
  expect(resolveCell(expansion.cells[0] as (typeof expansion.cells)[0], 3, spec, exampleIndex)).toEqual(
    resolveGrid(spec, expansion, exampleIndex)[0]?.stages,
  );
});

it('refuses a judged benchmark at its place in the grid where no judge is set', () => {
  const spec = grid({ evaluate: ['emoji-vqa', 'wild'] });
  const benchmarks = [
    ...exampleIndex.benchmarks,
    { ...exampleIndex.benchmarks[0]!, id: 'wild', judged: true as const },
  ];
  const resolved = (judge: boolean) =>
    resolveGrid(spec, expand(spec), { ...exampleIndex, benchmarks, judge });
  expect(thrown(() => resolved(false))).toMatchObject({
    code: 'JUDGE_OFF',
    path: 'evaluate.1',
    value: 'wild',
  });
  expect(resolved(true)[0]!.stages.at(-1)!.config).toHaveProperty('judge');
});
