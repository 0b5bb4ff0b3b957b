import { describe, expect, it } from '@jest/globals';
import { luminance, scaleColour } from './colours.js';

describe('the scale of amounts', () => {
  it('keeps its text readable everywhere', () => {
    for (let share = 0; share <= 1; share += 0.01) {
      const { fill, ink } = scaleColour(share);
      const [r, g, b] = fill.match(/\d+/g)!.map(Number) as [number, number, number];
      const [light, dark] = [luminance(r, g, b), ink === '#ffffff' ? 1 : 0].sort((a, c) => c - a) as [
        number,
        number,
      ];
      expect((light + 0.05) / (dark + 0.05)).toBeGreaterThan(4.5);
    }
  });
  it('only gets lighter', () => {
    const levels = [0, 0.25, 0.5, 0.75, 1].map((share) =>
      luminance(...(scaleColour(share).fill.match(/\d+/g)!.map(Number) as [number, number, number])),
    );
    expect([...levels].sort((a, b) => a - b)).toEqual(levels);
  });
});
