import { describe, expect, it } from '@jest/globals';
import { expand, type GridSpec, type Level } from '@ablate/design-space';
import { exampleIndex } from '../test/example-index.js';
import { estimateStage } from './costs.js';
import { resolveGrid } from './resolve-grid.js';
import type { TrainStageConfig } from './stage-config.js';
import { readStrategy, STRATEGIES } from './strategies.js';

const grid = (strategy: Level, defaults: GridSpec['defaults'] = {}): GridSpec => ({
  version: 1,
  project: 'demo',
  name: 'test',
  axes: {
    encoder: ['clip-tiny'],
    connector: ['linear'],
    llm: ['llama-tiny'],
    data: ['emoji-base'],
    strategy: [strategy],
  },
  defaults,
});
const stagesOf = (strategy: Level, defaults?: GridSpec['defaults']): TrainStageConfig[] => {
  const spec = grid(strategy, defaults);
  return resolveGrid(spec, expand(spec), exampleIndex)[0]!
    .stages.map(({ config }) => config)
    .filter((config) => config.kind === 'train');
};
const failure = (strategy: Level): unknown => {
  try {
    return stagesOf(strategy);
  } catch (error) {
    return error;
  }
};
const modes = ({ tune }: TrainStageConfig): string =>
  [tune.encoder, tune.connector, tune.llm].map(({ mode }) => mode).join(' ');

describe('named strategies are their sources’', () => {
  it.each<[Level, string[]]>([
    ['base', ['pretrain: frozen full frozen', 'finetune: frozen full full']],
    [
      'share',
      ['pretrain: frozen full frozen', 'pretrain-share: frozen full full', 'finetune: frozen full full'],
    ],
    [
      { id: 'share-paper', fromLayer: 1 },
      ['pretrain: frozen full frozen', 'pretrain-share: partial full full', 'finetune: frozen full full'],
    ],
    ['lora', ['pretrain: frozen full frozen', 'finetune: frozen full lora']],
    ['one-stage', ['finetune: frozen full full']],
  ])('%j', (strategy, expected) => {
    expect(stagesOf(strategy).map((config) => `${config.stage}: ${modes(config)}`)).toEqual(expected);
  });

  it('in their numbers', () => {
    const [first, second, third] = stagesOf('share');
    expect(first!.optimiser.learningRate).toBe(1e-3);
    expect(second).toMatchObject({ batchSize: 256, maxLength: 3072, template: 'pretrain' });
    expect(second!.optimiser.learningRate).toBe(2e-5);
    expect(third).toMatchObject({ batchSize: 128, maxLength: 3072, template: 'llama' });
    expect(stagesOf('one-stage')[0]!.optimiser).toMatchObject({ weightDecay: 0.1, clipNorm: 1 });
    expect(stagesOf('base')[0]).toEqual(first);
    expect(readStrategy('share-paper', '').stages[1]!.tune.encoder).toEqual({
      mode: 'partial',
      fromLayer: 12,
    });
  });

  it('are refused where an encoder has too few layers', () => {
    expect(failure('share-paper')).toMatchObject({
      code: 'BAD_SETTING',
      path: 'stages.pretrain-share.tune.encoder.fromLayer',
    });
  });
});

describe('settings of LoRA', () => {
  const llm = (strategy: Level): unknown => stagesOf(strategy)[1]!.tune.llm;
  it('name layers', () => {
    expect(llm('lora')).toEqual({ mode: 'lora', rank: 128, alpha: 256, dropout: 0.05 });
    const targets = ['q_proj', 'v_proj'];
    expect(llm({ id: 'lora', rank: 8, targets })).toEqual({
      mode: 'lora',
      rank: 8,
      alpha: 16,
      dropout: 0.05,
      targets,
    });
    const trained = (level: Level): number =>
      estimateStage(stagesOf(level)[1]!, [], exampleIndex)!.trainedParameters;
    expect(trained({ id: 'lora', targets })).toBeLessThan(trained('lora'));
  });
  it('refuse a layer that is not there', () => {
    expect(failure({ id: 'lora', targets: ['query'] })).toMatchObject({
      code: 'BAD_SETTING',
      path: 'stages.finetune.tune.llm.targets',
      value: 'query',
    });
    expect(failure({ id: 'lora', targets: [] })).toMatchObject({ path: 'axes.strategy.0.targets' });
  });
});

describe('a strategy of one’s own', () => {
  const own = (...stages: Record<string, never>[]): Level => ({ id: 'mine', stages });
  const stage = (fields: object): Record<string, never> => fields as Record<string, never>;

  it('lists its stages, each like a known one with settings of its own', () => {
    const stages = stagesOf(
      own(
        stage({ name: 'pretrain', maxSteps: 30 }),
        stage({
          name: 'eyes',
          like: 'pretrain',
          part: 'finetune',
          tune: { encoder: { mode: 'partial', fromLayer: 1 }, llm: 'frozen' },
          learningRate: 1e-4,
          encoderLearningRate: 1e-5,
          gradientCheckpointing: true,
        }),
        stage({ name: 'chat', tune: { encoder: { mode: 'lora', rank: 4 }, llm: { mode: 'lora', rank: 4 } } }),
      ),
      { 'stages.chat.epochs': 2, 'stages.eyes.learningRate': 1 },
    );
    expect(stages.map(({ stage: name }) => name)).toEqual(['pretrain', 'eyes', 'chat']);
    expect(stages[0]).toMatchObject({ maxSteps: 30, template: 'pretrain' });
    expect(stages[1]).toMatchObject({
      data: { part: 'finetune' },
      template: 'pretrain',
      gradientCheckpointing: true,
      tune: {
        encoder: { mode: 'partial', fromLayer: 1 },
        connector: { mode: 'full' },
        llm: { mode: 'frozen' },
      },
      // The level stands above the grid's defaults.
      optimiser: { learningRate: 1e-4, encoderLearningRate: 1e-5 },
    });
    expect(stages[2]).toMatchObject({ epochs: 2, tune: { encoder: { mode: 'lora', rank: 4, alpha: 8 } } });
  });

  it.each<[string, Level, string, string]>([
    ['no stages', { id: 'mine', stages: [] }, 'BAD_SETTING', 'axes.strategy.0.stages'],
    ['a stage without a name', own(stage({ epochs: 1 })), 'BAD_SETTING', 'axes.strategy.0.stages.0.name'],
    [
      'two of one name',
      own(stage({ name: 'a' }), stage({ name: 'a' })),
      'BAD_SETTING',
      'axes.strategy.0.stages.1.name',
    ],
    ['evaluate', own(stage({ name: 'evaluate' })), 'BAD_SETTING', 'axes.strategy.0.stages.0.name'],
    [
      'an unknown model',
      own(stage({ name: 'a', like: 'b' })),
      'BAD_SETTING',
      'axes.strategy.0.stages.0.like',
    ],
    [
      'an unknown setting',
      own(stage({ name: 'a', learningrate: 1 })),
      'UNKNOWN_SETTING',
      'axes.strategy.0.stages.0.learningrate',
    ],
    [
      'a wrong value inside',
      own(stage({ name: 'a', tune: { llm: { mode: 'half' } } })),
      'BAD_SETTING',
      'axes.strategy.0.stages.0.tune.llm.mode',
    ],
    ['a name that is taken', { id: 'base', stages: [{ name: 'a' }] }, 'BAD_SETTING', 'axes.strategy.0.id'],
    [
      'a setting beside the stages',
      { id: 'mine', stages: [{ name: 'a' }], rank: 3 },
      'UNKNOWN_SETTING',
      'axes.strategy.0.rank',
    ],
  ])('%s', (_, strategy, code, path) => {
    expect(failure(strategy)).toMatchObject({ code, path });
  });

  it('cannot tune a connector from a layer on', () => {
    expect(failure(own(stage({ name: 'a', tune: { connector: 'partial' } })))).toMatchObject({
      code: 'BAD_SETTING',
      path: 'axes.strategy.0.stages.0.tune.connector.mode',
    });
  });
});

describe('costs follow what is trained', () => {
  const cost = (fields: object) =>
    estimateStage(stagesOf({ id: 'mine', stages: [{ name: 'finetune', ...fields }] })[0]!, [], exampleIndex)!;
  it('less for a part of an encoder than for all of it, more than for none', () => {
    const partial = cost({ tune: { encoder: { mode: 'partial', fromLayer: 1 } } });
    for (const figure of ['flops', 'trainedParameters', 'peakMemoryBytes'] as const) {
      expect(partial[figure]).toBeGreaterThan(cost({})[figure]);
      expect(partial[figure]).toBeLessThan(cost({ tune: { encoder: 'full' } })[figure]);
    }
  });
  it('checkpointing costs work and saves memory', () => {
    const [plain, checkpointed] = [cost({}), cost({ gradientCheckpointing: true })];
    expect(checkpointed.peakMemoryBytes).toBeLessThan(plain.peakMemoryBytes);
    expect(checkpointed.flops / plain.flops).toBeGreaterThan(1.2);
    expect(checkpointed.flops / plain.flops).toBeLessThan(1.4);
  });
  it('steps count where they are given', () => {
    const [ten, twenty] = [cost({ maxSteps: 10 }), cost({ maxSteps: 20 })];
    expect(ten.steps).toBe(10);
    expect(twenty.flops).toBeCloseTo(2 * ten.flops, 0);
  });
});

it('every named strategy is known', () => {
  expect(STRATEGIES).toEqual(['base', 'share', 'share-paper', 'lora', 'one-stage']);
});
