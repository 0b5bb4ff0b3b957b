import { describe, expect, it } from '@jest/globals';
import { openElmLayers } from './layer-wise.js';

const elm = (hidden: number, headDim: number, layers: number) =>
  openElmLayers({
    hidden,
    headDim,
    layers,
    queriesPerGroup: 4,
    divisor: 256,
    attention: [0.5, 1],
    feedForward: [0.5, 4],
  });

describe('OpenELM layers', () => {
  // num_query_heads and num_kv_heads of the published config.json of apple/OpenELM-270M.
  it('have the published heads of OpenELM-270M', () => {
    const layers = elm(1280, 64, 16);
    expect(layers.map(({ heads }) => heads)).toEqual([
      12, 12, 12, 12, 12, 16, 16, 16, 16, 16, 16, 16, 20, 20, 20, 20,
    ]);
    expect(layers.map(({ groups }) => groups)).toEqual([3, 3, 3, 3, 3, 4, 4, 4, 4, 4, 4, 4, 5, 5, 5, 5]);
    expect(layers.map(({ intermediate }) => intermediate).at(-1)).toBe(5120);
    expect(layers[0]!.intermediate).toBe(768);
  });
  it('round exact ties to the even digit, as Python does', () => {
    // Half way between 0.5 and 0.75 is 0.625 exactly: 0.62, not 0.63.
    const [, middle] = openElmLayers({
      hidden: 1000,
      headDim: 1,
      layers: 3,
      queriesPerGroup: 1,
      divisor: 1,
      attention: 1,
      feedForward: [0.5, 0.75],
    });
    expect(middle!.intermediate).toBe(620);
  });
  it('take one number for all, or one a layer', () => {
    const sizes = { hidden: 64, headDim: 16, layers: 3, queriesPerGroup: 2, divisor: 16 };
    const layers = openElmLayers({ ...sizes, attention: 1, feedForward: [0.5, 2.25, 4] });
    expect(layers).toEqual([
      { heads: 4, groups: 2, intermediate: 32 },
      { heads: 4, groups: 2, intermediate: 144 },
      { heads: 4, groups: 2, intermediate: 256 },
    ]);
  });
});
