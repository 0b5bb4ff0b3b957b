import { describe, expect, it } from '@jest/globals';
import { dominantColour } from './colours.js';

type Rgba = readonly [number, number, number, number];
const picture = (...runs: readonly (readonly [number, Rgba])[]): Uint8Array =>
  Uint8Array.from(runs.flatMap(([count, pixel]) => Array.from({ length: count }, () => pixel).flat()));

const RED: Rgba = [220, 40, 40, 255];
const BLUE: Rgba = [40, 80, 220, 255];

describe('dominantColour', () => {
  it.each<[string, Rgba]>([
    ['red', RED],
    ['orange', [255, 140, 0, 255]],
    ['yellow', [255, 220, 60, 255]],
    ['green', [60, 170, 70, 255]],
    ['blue', BLUE],
    ['purple', [140, 60, 220, 255]],
    ['pink', [255, 100, 200, 255]],
    ['brown', [120, 70, 30, 255]],
    ['black', [20, 20, 20, 255]],
    ['white', [250, 250, 250, 255]],
    ['grey', [150, 150, 150, 255]],
  ])('calls one pixel %s', (name, pixel) => {
    expect(dominantColour(picture([9, pixel]))).toBe(name);
  });

  it('wants more than 45 % of the opaque pixels', () => {
    const rest: Rgba[] = [
      [60, 170, 70, 255],
      [250, 250, 250, 255],
      [20, 20, 20, 255],
    ];
    const others = rest.map((pixel) => [18, pixel] as const);
    expect(dominantColour(picture([46, RED], ...others))).toBe('red');
    expect(dominantColour(picture([44, RED], ...others))).toBeNull();
  });

  it('does not count what is see-through', () => {
    expect(dominantColour(picture([10, RED], [90, [40, 80, 220, 100]]))).toBe('red');
    expect(dominantColour(picture([10, [40, 80, 220, 0]]))).toBeNull();
  });
});
