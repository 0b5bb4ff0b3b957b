import { describe, expect, it } from '@jest/globals';
import type { GridSpec } from '@ablate/design-space';
import { addedParts, checkExtension, mergeSpecs } from './merge-specs.js';

const before: GridSpec = {
  version: 1,
  project: 'p',
  name: 'n',
  axes: {
    encoder: ['a', 'b'],
    connector: ['linear'],
    strategy: ['base', 'lora'],
    'stages.finetune.loraRank': [8],
  },
  when: { 'stages.finetune.loraRank': { strategy: 'lora' } },
  zip: [['encoder', 'connector']],
  seeds: { values: [1, 2], redraws: ['finetune'] },
  evaluate: ['quiz'],
};
const refusal = (changes: Partial<GridSpec>): unknown => {
  try {
    checkExtension(before, { ...before, ...changes });
    return null;
  } catch (error) {
    return error;
  }
};

describe('an extension', () => {
  it.each<[string, Partial<GridSpec>]>([
    ['project', { project: 'q' }],
    ['name', { name: 'm' }],
    ['defaults.stages.pretrain.epochs', { defaults: { 'stages.pretrain.epochs': 2 } }],
    ['resources.pool', { resources: { pool: 'gpus' } }],
    ['earlyStop.kind', { earlyStop: { kind: 'asha', metric: 'loss', reduction: 3, minSteps: 5 } }],
    ['seeds.redraws', { seeds: { values: [1, 2, 3] } }],
    [
      'axes.encoder',
      { axes: { connector: ['linear'], strategy: ['base'], 'stages.finetune.loraRank': [8] } },
    ],
    ['when.stages.finetune.loraRank', { when: { 'stages.finetune.loraRank': { strategy: 'base' } } }],
    ['zip', { zip: [] }],
  ])('may not change %s', (path, changes) => {
    expect(refusal(changes)).toMatchObject({
      code: 'NOT_AN_EXTENSION',
      path,
      rule: expect.stringMatching(/./),
      fix: expect.stringContaining('as an experiment of its own'),
    });
  });

  it.each<[string, Partial<GridSpec>]>([
    ['levels and axes', { axes: { ...before.axes, encoder: ['a', 'b', 'c'], llm: ['x'] } }],
    ['seeds', { seeds: { values: [3], redraws: ['finetune'] } }],
    ['benchmarks', { evaluate: ['riddles'] }],
    [
      'design and cells',
      { design: 'one_at_a_time', exclude: [{ encoder: 'a' }], include: [{ encoder: 'b' }] },
    ],
    ['priority', { priority: 90, maxParallel: 1 }],
    ['more conditions', { when: { ...before.when, connector: { encoder: 'a' } } }],
  ])('may change %s', (_, changes) => {
    expect(refusal(changes)).toBeNull();
  });

  it('is described together with what was there, in its order', () => {
    const after: GridSpec = {
      ...before,
      axes: { ...before.axes, encoder: ['c', { id: 'a' }], connector: [{ id: 'linear', wide: true }] },
      seeds: { values: [2, 5], redraws: ['finetune'] },
      evaluate: ['riddles', 'quiz'],
    };
    expect(mergeSpecs(before, after)).toMatchObject({
      axes: { encoder: ['a', 'b', 'c'], connector: ['linear', { id: 'linear', wide: true }] },
      seeds: { values: [1, 2, 5], redraws: ['finetune'] },
      evaluate: ['quiz', 'riddles'],
    });
    expect(addedParts(before, after)).toEqual({
      axes: [
        { axis: 'encoder', levels: ['c'], isNew: false },
        { axis: 'connector', levels: [{ id: 'linear', wide: true }], isNew: false },
      ],
      seeds: [5],
      benchmarks: ['riddles'],
    });
  });
});
