import { describe, expect, it } from '@jest/globals';
import { expand, type GridSpec } from '@ablate/design-space';
import { axisEffects } from './axis-effects.js';
import { bestCell, cellMeans, type Score } from './cell-means.js';
import { meanInterval } from './mean-interval.js';

const metric = 'emoji-vqa/accuracy';

describe('meanInterval', () => {
  it('is mean ± t sd / sqrt(n)', () => {
    // R: t.test(c(4.9, 5.1, 5.6, 4.4, 5.0)): mean 5, 95 percent interval 4.465614 5.534386
    const { n, mean, sd, low, high } = meanInterval([4.9, 5.1, 5.6, 4.4, 5.0]);
    expect([n, mean]).toEqual([5, 5]);
    expect(sd).toBeCloseTo(Math.sqrt(0.185), 10);
    expect(low).toBeCloseTo(5 - (2.7764451051977987 * Math.sqrt(0.185)) / Math.sqrt(5), 10);
    expect(high).toBeCloseTo(5 + (2.7764451051977987 * Math.sqrt(0.185)) / Math.sqrt(5), 10);
  });
  it('has no spread for one value and no mean for none', () => {
    expect(meanInterval([3])).toEqual({ n: 1, mean: 3, sd: null, low: null, high: null });
    expect(() => meanInterval([])).toThrow(RangeError);
  });
});

describe('cells', () => {
  const scores: Score[] = [
    { cellId: 'b', seed: 1, metric, value: 0.5 },
    { cellId: 'b', seed: 2, metric, value: 0.7 },
    { cellId: 'a', seed: 1, metric, value: 0.6 },
    { cellId: 'a', seed: 1, metric: 'emoji-pope/accuracy', value: 0.9 },
  ];
  it('have a mean for each metric', () => {
    expect(cellMeans(scores)).toMatchObject([
      { cellId: 'b', metric, n: 2, mean: 0.6 },
      { cellId: 'a', metric, n: 1, mean: 0.6, low: null },
      { cellId: 'a', metric: 'emoji-pope/accuracy', n: 1, mean: 0.9 },
    ]);
  });
  it('are ranked by mean, ties by id', () => {
    expect(bestCell(cellMeans(scores), metric)?.cellId).toBe('a');
    expect(bestCell(cellMeans(scores), 'other')).toBeNull();
  });
});

describe('axisEffects', () => {
  const of = (
    rest: Partial<GridSpec>,
    value: (levels: Record<string, unknown>, seed: number) => number | null,
    nested = false,
  ) => {
    const spec: GridSpec = { version: 1, project: 'p', name: 'n', axes: {}, seeds: 2, ...rest };
    const { cells, baseline, seeds } = expand(spec);
    const scores = cells.flatMap((cell) =>
      seeds.values.flatMap((seed): Score[] => {
        const found = value(cell.levels, seed);
        return found === null ? [] : [{ cellId: cell.id, seed, metric, value: found }];
      }),
    );
    return axisEffects({ cells, baseline, zip: spec.zip ?? [], scores, metric, nested });
  };

  it('recovers additive effects exactly, paired over cells and seeds', () => {
    const effects = of(
      { axes: { encoder: ['a', 'b'], connector: ['p', 'q', 'r'] } },
      ({ encoder, connector }, seed) =>
        (encoder === 'b' ? 2 : 0) + (connector === 'q' ? -1 : connector === 'r' ? 4 : 0) + 10 * seed,
    );
    expect(effects).toMatchObject([
      { axes: ['encoder'], level: 'b', baseline: 'a', pairs: 6, n: 6, mean: 2, low: 2, high: 2 },
      { axes: ['connector'], level: 'q', baseline: 'p', pairs: 4, mean: -1 },
      { axes: ['connector'], level: 'r', baseline: 'p', pairs: 4, mean: 4 },
    ]);
  });

  it('averages nested seeds first: they are no independent replicates', () => {
    const [effect] = of(
      { axes: { encoder: ['a', 'b'], llm: ['x', 'y'] } },
      ({ encoder, llm }, seed) => (encoder === 'b' ? (llm === 'x' ? 1 : 3) + (seed === 1 ? -0.5 : 0.5) : 0),
      true,
    );
    expect(effect).toMatchObject({ pairs: 4, n: 2, mean: 2, nested: true });
    expect(effect?.sd).toBeCloseTo(Math.SQRT2);
  });

  it('takes zipped axes as one and uses finished pairs only', () => {
    const effects = of(
      {
        axes: { encoder: ['a', 'b'], llm: ['x', 'y'], 'stages.finetune.batchSize': [16, 8] },
        zip: [['llm', 'stages.finetune.batchSize']],
      },
      ({ encoder, llm }, seed) => (encoder === 'b' && seed === 2 ? null : llm === 'y' ? 1 : 0),
    );
    expect(effects).toMatchObject([
      { axes: ['encoder'], level: 'b', pairs: 2 },
      { axes: ['llm', 'stages.finetune.batchSize'], level: 'y + 8', baseline: 'x + 16', mean: 1, pairs: 3 },
    ]);
  });

  it('compares across a conditional axis at its baseline level', () => {
    const lr = 'stages.finetune.learningRate';
    const effects = of(
      { axes: { strategy: ['base', 'lora'], [lr]: [1, 2] }, when: { [lr]: { strategy: 'base' } }, seeds: 1 },
      ({ strategy, [lr]: rate }) => (strategy === 'lora' ? 7 : rate === 1 ? 5 : 1),
    );
    expect(effects).toMatchObject([
      { axes: ['strategy'], level: 'lora', mean: 2, n: 1, low: null },
      { axes: [lr], level: '2', mean: -4, n: 1 },
    ]);
  });

  it('is empty where nothing is paired', () => {
    expect(of({ axes: { encoder: ['a', 'b'] } }, ({ encoder }) => (encoder === 'a' ? 1 : null))).toEqual([]);
  });
});
