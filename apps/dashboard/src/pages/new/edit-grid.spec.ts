import { describe, expect, it } from '@jest/globals';
import type { GridSpec } from '@ablate/design-space';
import { levelOf, seedCount, tagOf, withBaseline, withLevels, withSeeds } from './edit-grid.js';

const spec: GridSpec = {
  version: 1,
  project: 'p',
  name: 'n',
  axes: { encoder: ['a', 'b'], connector: ['linear'] },
  baseline: { encoder: 'a', connector: 'linear' },
  seeds: { values: [1], redraws: ['finetune'] },
};

describe('the form', () => {
  it('writes levels as tags and reads them back', () => {
    for (const level of ['mlp2x_gelu', 0.001, true, null, { id: 'resampler', numQueries: 16 }])
      expect(levelOf(tagOf(level))).toEqual(level);
  });
  it('adds, changes and removes axes; the baseline keeps what exists', () => {
    expect(withLevels(spec, 'llm', ['x']).axes).toMatchObject({ llm: ['x'] });
    expect(withLevels(spec, 'encoder', ['b']).baseline).toEqual({ connector: 'linear' });
    expect(withLevels(spec, 'encoder', []).axes).toEqual({ connector: ['linear'] });
    expect(withBaseline(spec, 'encoder', 'b').baseline).toEqual({ encoder: 'b', connector: 'linear' });
  });
  it('counts seeds and keeps which stages they redraw', () => {
    expect(withSeeds(spec, 3).seeds).toEqual({ values: [1, 2, 3], redraws: ['finetune'] });
    expect([
      seedCount(spec),
      seedCount({ ...spec, seeds: 4 }),
      seedCount(withSeeds({ ...spec, seeds: 4 }, 2)),
    ]).toEqual([1, 4, 2]);
  });
});
