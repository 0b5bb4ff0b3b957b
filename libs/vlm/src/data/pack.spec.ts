import { describe, expect, it } from '@jest/globals';
import { IMAGE_ID, NO_TARGET } from '../text/messages.js';
import { collate } from './collate.js';
import { packSamples } from './pack.js';

const text = (...ids: number[]) => ({ ids, labels: ids, images: [] });

describe('packSamples', () => {
  it('fills sequences in order, images counted with all their tokens', () => {
    const picture = { ids: [1, IMAGE_ID, 2], labels: [NO_TARGET, NO_TARGET, 2], images: [5] };
    const packs = packSamples([text(7, 8), picture, text(9), text(3, 4, 5, 6, 7, 8, 9, 1)], {
      imageTokens: 3,
      maxLength: 7,
    });
    expect(packs).toEqual([
      { ids: [7, 8, 1, IMAGE_ID, 2], labels: [NO_TARGET, 8, NO_TARGET, NO_TARGET, 2], images: [5] },
      { ids: [9], labels: [NO_TARGET], images: [] },
      { ids: [3, 4, 5, 6, 7, 8, 9, 1], labels: [NO_TARGET, 4, 5, 6, 7, 8, 9, 1], images: [] },
    ]);
    const { rows, length, images } = collate(packs.slice(0, 1), {
      vocabulary: 10,
      imageTokens: 3,
      maxLength: 7,
      lengthBucket: 1,
      maskedId: null,
    });
    expect([length, images, [...rows]]).toEqual([7, [5], [7, 8, 1, 10, 11, 12, 2]]);
  });

  it('keeps every sample its own image', () => {
    const ids = [IMAGE_ID, 2, IMAGE_ID];
    const packs = packSamples(
      [
        { ids, labels: ids, images: [1] },
        { ids, labels: ids, images: [] },
        { ids, labels: ids, images: [3, 4] },
      ],
      {
        imageTokens: 1,
        maxLength: 100,
      },
    );
    expect(packs).toMatchObject([{ ids: [...ids, 2, ...ids], images: [1, 1, 3, 4] }]);
  });
});
