import { describe, expect, it } from '@jest/globals';
import { proposeDesign } from './propose-design.js';

const axes = {
  encoder: ['clip', 'dinov2', 'siglip'],
  llm: ['gemma', 'llama', 'phi', 'qwen'],
  data: ['base', 'rich'],
  strategy: ['base', 'share'],
};

describe('proposeDesign', () => {
  it('keeps fewer of 48 cells where the difference is large, and says what they find', () => {
    const found = proposeDesign({ axes, difference: 2, sd: 1, seeds: 2 });
    expect(found?.cells.length).toBeLessThan(24);
    expect(found?.cells.length).toBeGreaterThanOrEqual(8);
    expect(found?.detectable).toBeLessThanOrEqual(2);
    expect(new Set(found?.cells.map((cell) => JSON.stringify(cell))).size).toBe(found?.cells.length);
    expect(proposeDesign({ axes, difference: 2, sd: 1, seeds: 2 })).toEqual(found);
  });
  it('needs more cells for a smaller difference, and none will do for a tiny one', () => {
    const size = (difference: number) => proposeDesign({ axes, difference, sd: 1, seeds: 2 })?.cells.length;
    expect(size(1.2)).toBeGreaterThan(size(2) ?? Infinity);
    expect(size(0.01)).toBeUndefined();
  });
  it('chooses from the given cells only', () => {
    const cells = axes.encoder.flatMap((encoder) =>
      axes.llm.map((llm) => ({ encoder, llm, data: 'base', strategy: 'base' })),
    );
    const two = { encoder: axes.encoder, llm: axes.llm };
    const found = proposeDesign({ axes: two, cells, difference: 3, sd: 1, seeds: 2 });
    expect(found?.candidates).toBe(12);
    expect(proposeDesign({ axes, cells, difference: 3, sd: 1, seeds: 2 })).toBeNull();
  });
});
