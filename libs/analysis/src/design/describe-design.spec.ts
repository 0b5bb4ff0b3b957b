import { describe, expect, it } from '@jest/globals';
import { describeDesign } from './describe-design.js';

const axes = {
  encoder: ['clip', 'siglip'],
  connector: ['linear', 'mlp', 'resampler'],
  strategy: ['base', 'lora'],
};
const full = axes.encoder.flatMap((encoder) =>
  axes.connector.flatMap((connector) => axes.strategy.map((strategy) => ({ encoder, connector, strategy }))),
);

describe('describeDesign', () => {
  it('says what a full design finds, given the noise', () => {
    const { axes: found, aliases, dfResidual } = describeDesign({ axes, cells: full, seeds: 2, sd: 0.01 });
    expect(found.map(({ status }) => status)).toEqual(['estimable', 'estimable', 'estimable']);
    expect(aliases).toEqual([]);
    // 24 runs, 5 columns. A two-level axis has 12 runs a level: se 0.01 sqrt(2 / 12).
    expect(dfResidual).toBe(19);
    expect(found[0]!.detectable! / (0.01 * Math.sqrt(2 / 12))).toBeCloseTo(2.9, 0);
    // Three levels have fewer runs each.
    expect(found[1]!.detectable).toBeGreaterThan(found[0]!.detectable!);
  });

  it('gives no size without a noise or without an error', () => {
    expect(describeDesign({ axes, cells: full, seeds: 2, sd: null }).axes[0]!.detectable).toBeNull();
    const few = full.filter(({ strategy }, i) => strategy === 'base' && i < 3);
    expect(
      describeDesign({ axes, cells: few, seeds: 1, sd: 0.01 }).axes.every(
        ({ detectable }) => detectable === null,
      ),
    ).toBe(true);
  });

  it('names axes that change together or follow from each other', () => {
    const together = full.filter(({ encoder, strategy }) => (encoder === 'clip') === (strategy === 'base'));
    const found = describeDesign({ axes, cells: together, seeds: 1, sd: 0.01 });
    expect(found.aliases).toEqual([
      'encoder and strategy always change together: no run can tell them apart.',
    ]);
    expect(found.axes.map(({ status }) => status)).toEqual(['aliased', 'estimable', 'aliased']);
    const follows = full.filter(
      ({ encoder, connector }) => (encoder === 'clip') === (connector === 'linear'),
    );
    expect(describeDesign({ axes, cells: follows, seeds: 1, sd: null }).aliases).toEqual([
      'encoder follows from connector: what encoder does by itself cannot be told.',
    ]);
  });

  it('names main effects that a half fraction cannot tell from interactions', () => {
    const two = { a: ['0', '1'], b: ['0', '1'], c: ['0', '1'] };
    const all = two.a.flatMap((a) => two.b.flatMap((b) => two.c.map((c) => ({ a, b, c }))));
    // c = ab: each main effect with the interaction of the other two.
    const half = all.filter(({ a, b, c }) => (Number(a) + Number(b) + Number(c)) % 2 === 0);
    expect(describeDesign({ axes: two, cells: half, seeds: 1, sd: null }).confounded).toEqual([
      { a: ['a'], b: ['b', 'c'], extent: 'all' },
      { a: ['b'], b: ['a', 'c'], extent: 'all' },
      { a: ['c'], b: ['a', 'b'], extent: 'all' },
    ]);
    expect(describeDesign({ axes: two, cells: all, seeds: 1, sd: null }).confounded).toEqual([]);
    expect(describeDesign({ axes, cells: full, seeds: 1, sd: null }).confounded).toEqual([]);
  });

  it('proposes fewer cells that still find the difference asked for', () => {
    const { cheaper } = describeDesign({ axes, cells: full, seeds: 2, sd: 0.01, difference: 0.04 });
    expect(cheaper!.cells.length).toBeLessThan(full.length);
    expect(cheaper!.detectable).toBeLessThanOrEqual(0.04);
    expect(describeDesign({ axes, cells: full, seeds: 2, sd: 0.01, difference: 0.001 }).cheaper).toBeNull();
  });

  it('has nothing to say of a single cell', () => {
    expect(describeDesign({ axes, cells: full.slice(0, 1), seeds: 3, sd: 0.01 })).toEqual({
      axes: [],
      confounded: [],
      aliases: [],
      dfResidual: 0,
      cheaper: null,
    });
  });
});
