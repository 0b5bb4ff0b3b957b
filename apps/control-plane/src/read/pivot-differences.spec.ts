import { describe, expect, it } from '@jest/globals';
import type { Run } from '@ablate/analysis';
import { independentRuns, pivotDifferences } from './pivot-differences.js';

const run = (encoder: string, connector: string, llm: string, seed: number, score: number | null): Run => ({
  levels: { encoder, connector, llm },
  seed,
  score,
  status: score === null ? 'failed' : 'done',
});

describe('a pivot', () => {
  const runs = [
    run('clip', 'mlp', 'a', 1, 0.5),
    run('clip', 'mlp', 'b', 1, 0.7),
    run('clip', 'mlp', 'b', 2, 0.9),
    run('siglip', 'mlp', 'a', 1, 0.6),
    run('siglip', 'mlp', 'b', 1, 0.6),
    run('siglip', 'mlp', 'b', 2, null),
    run('siglip', 'linear', 'c', 1, 0.1),
  ];
  const differenceOf = pivotDifferences(['encoder', 'connector'], { row: 'clip', column: 'mlp' }, runs);

  it('pairs by the other axes and the seed', () => {
    const difference = differenceOf('siglip', 'mlp');
    expect(difference?.pairs).toBe(2);
    expect(difference?.mean).toBeCloseTo(0);
  });

  it('has no difference for its baseline or without a partner', () => {
    expect(differenceOf('clip', 'mlp')).toBeNull();
    expect(differenceOf('siglip', 'linear')).toBeNull();
  });

  it('takes runs that share a training as one', () => {
    const nested = runs.slice(0, 3).map((one) => ({ ...one, sharedStage: 'p' }));
    const [only, ...others] = independentRuns(['encoder', 'connector'], nested);
    expect(others).toEqual([]);
    expect(only?.score).toBeCloseTo(0.7);
    expect(independentRuns(['encoder', 'connector'], runs)).toEqual(runs);
  });
});
