import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batchesByLength, filled } from './batches.js';
import { exchangedImages } from './blind.js';

describe('batches', () => {
  it('hold equal lengths only, keep order and leave out nothing', () => {
    expect(batchesByLength([5, 3, 5, 5, 3, 9], 2)).toEqual([[1, 4], [0, 2], [3], [5]]);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 5 })),
        fc.integer({ min: 1, max: 4 }),
        (lengths, size) => {
          const batches = batchesByLength(lengths, size);
          expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()]);
          for (const batch of batches) {
            expect(batch.length).toBeLessThanOrEqual(size);
            expect(new Set(batch.map((question) => lengths[question])).size).toBe(1);
            expect([...batch]).toEqual([...batch].sort((a, b) => a - b));
          }
        },
      ),
    );
  });

  it('are filled up with their last member', () => {
    expect(filled(['a', 'b'], 4)).toEqual(['a', 'b', 'b', 'b']);
  });
});

describe('exchangedImages', () => {
  it('gives every image another one, each used once, the same for the same seed', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2 }), fc.integer(), (images, seed) => {
        const distinct = new Set(images);
        fc.pre(distinct.size > 1);
        const exchanged = exchangedImages(images, seed);
        expect(new Set(exchanged.keys())).toEqual(distinct);
        expect(new Set(exchanged.values())).toEqual(distinct);
        for (const [image, other] of exchanged) expect(other).not.toBe(image);
        expect(exchangedImages(images, seed)).toEqual(exchanged);
      }),
    );
  });

  it('another seed gives another exchange', () => {
    const images = Array.from({ length: 30 }, (_, i) => `${i}.png`);
    expect(exchangedImages(images, 1)).not.toEqual(exchangedImages(images, 2));
  });

  it('a single image stays', () => {
    expect(exchangedImages(['a', 'a'], 0)).toEqual(new Map([['a', 'a']]));
  });
});
