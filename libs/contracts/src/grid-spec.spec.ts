import { describe, expect, it } from '@jest/globals';
import { parseGridSpec } from './grid-spec.js';

const small = { version: 1, project: 'p', name: 'n', axes: { encoder: ['clip-tiny'] } };

/** Every field of the grammar, as the design writes it. */
const full = {
  version: 1,
  project: 'demo',
  name: 'what-matters',
  axes: {
    encoder: ['clip-tiny', 'siglip-tiny'],
    connector: ['linear', { id: 'resampler', numQueries: 16 }],
    'stages.finetune.learningRate': [1e-3, 3e-4],
  },
  when: { 'stages.finetune.learningRate': { encoder: ['clip-tiny'] } },
  zip: [['encoder', 'connector']],
  exclude: [{ encoder: 'siglip-tiny', connector: { id: 'resampler' } }],
  include: [{ encoder: 'clip-tiny', connector: 'identity' }],
  baseline: { encoder: 'clip-tiny' },
  design: { fractional: { runs: 16 } },
  seeds: { values: [1, 2, 3], redraws: ['finetune'] },
  evaluate: ['emoji-vqa'],
  defaults: { 'stages.pretrain.epochs': 1 },
  earlyStop: { kind: 'asha', metric: 'loss', reduction: 3, minSteps: 50 },
  resources: { devices: 1, pool: 'default' },
  priority: 50,
  maxParallel: 4,
};

describe('a grid spec', () => {
  it('is read as it stands', () => {
    expect(parseGridSpec(full)).toEqual(full);
    expect(parseGridSpec(small)).toEqual(small);
  });

  it.each([
    ['no object', null, null, null],
    ['an unknown field', { ...small, seed: 3 }, 'seed', 3],
    ['seeds that are a list', { ...small, seeds: [1, 2] }, 'seeds', [1, 2]],
    ['another version', { ...small, version: 2 }, 'version', 2],
    ['an axis without levels', { ...small, axes: { encoder: [] } }, 'axes.encoder', []],
    ['an axis that is no list', { ...small, axes: { encoder: 'clip-tiny' } }, 'axes.encoder', 'clip-tiny'],
    ['a priority beyond 100', { ...small, priority: 101 }, 'priority', 101],
    ['half a run at once', { ...small, maxParallel: 0.5 }, 'maxParallel', 0.5],
    ['no seeds', { ...small, seeds: { values: [] } }, 'seeds.values', []],
    ['a seed that is no number', { ...small, seeds: { values: [1, 'two'] } }, 'seeds.values.1', 'two'],
    ['a fraction of no runs', { ...small, design: { fractional: { runs: 0 } } }, 'design.fractional.runs', 0],
    ['benchmarks as a text', { ...small, evaluate: 'emoji-vqa' }, 'evaluate', 'emoji-vqa'],
  ])('with %s is refused, naming field, value, rule and fix', (_what, spec, path, value) => {
    expect(() => parseGridSpec(spec)).toThrow(
      expect.objectContaining({
        code: 'BAD_SPEC',
        path,
        value,
        rule: expect.stringMatching(/./),
        fix: expect.stringMatching(/./),
      }),
    );
  });

  it('names the misspelt field', () => {
    expect(() => parseGridSpec({ ...small, seed: 3 })).toThrow(
      expect.objectContaining({ fix: 'Remove seed or correct its spelling.' }),
    );
  });
});
