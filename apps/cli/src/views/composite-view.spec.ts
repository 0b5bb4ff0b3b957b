import { describe, expect, it } from '@jest/globals';
import type { Comparison } from '@ablate/contracts';
import { compositeView } from './composite-view.js';

const cell = (label: string, composite: { z: number; rank: number } | null): Comparison['cells'][number] => ({
  id: label,
  label,
  levels: {},
  baseline: label === 'plain',
  scores: [],
  cost: { flops: 1, seconds: null, peakMemoryBytes: 1, parameters: null },
  composite,
  front: [],
});
const comparison: Comparison = {
  experiment: 'e',
  benchmarks: ['a', 'b'].map((id) => ({ id, metric: `${id}/score` })),
  cells: [cell('plain', { z: -0.5, rank: 2 }), cell('better', { z: 0.5, rank: 1 }), cell('half', null)],
  best: null,
  effects: [],
  savedTrainings: 0,
  seeds: [],
  sharedBySeeds: [],
  notes: [],
};

describe('a composite', () => {
  it('orders complete cells and says which are left out', () => {
    const text = compositeView(comparison);
    expect(text).toMatch(/better +\+0\.500 +1\.00[\s\S]*plain \(baseline\) +-0\.500 +2\.00/);
    expect(text).toContain('Left out: 1 cell without a score on every benchmark.');
    expect(text).not.toMatch(/half/);
  });

  it('says why there is none', () => {
    expect(compositeView({ ...comparison, benchmarks: [], cells: [] })).toContain('two benchmarks or more');
    expect(compositeView({ ...comparison, cells: [cell('half', null)] })).toContain('No cell has a score');
  });
});
