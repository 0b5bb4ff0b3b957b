import { describe, expect, it } from '@jest/globals';
import { golden } from '../test/golden.js';
import { captionTokens, cider, ciderOfTokens } from './cider.js';

interface Item {
  caption: string;
  references: string[];
  tokens: string;
  reference_tokens: string[];
  cider: number;
  ptb_tokens: string;
  ptb_reference_tokens: string[];
  ptb_cider: number;
}
const { items, aggregate } = golden<{
  items: Item[];
  aggregate: {
    cider: number;
    ptb_cider: number;
    subsets: { items: number[]; per_item_cider: number[] }[];
  };
}>('caption');
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');

function expectEach(scores: readonly number[], expected: readonly number[]): void {
  expect(scores).toHaveLength(expected.length);
  scores.forEach((score, i) => expect(score).toBeCloseTo(expected[i]!, 9));
}

describe('cider', () => {
  it('parts captions into the tokens of the reference case', () => {
    for (const { caption, references, tokens, reference_tokens } of items) {
      expect(captionTokens(caption).join(' ')).toBe(tokens);
      expect(references.map((text) => captionTokens(text).join(' '))).toEqual(reference_tokens);
    }
  });

  it('gives the scores of pycocoevalcap, one a sample and their mean', () => {
    const scored = cider(
      items.map(({ caption }) => caption),
      items.map(({ references }) => references),
    );
    expectEach(
      scored.scores,
      items.map((item) => item.cider),
    );
    expect(scored.mean).toBeCloseTo(aggregate.cider, 9);
  });

  it('gives the scores of pycocoevalcap on PTB tokens', () => {
    const scored = ciderOfTokens(
      items.map(({ ptb_tokens }) => words(ptb_tokens)),
      items.map(({ ptb_reference_tokens }) => ptb_reference_tokens.map(words)),
    );
    expectEach(
      scored.scores,
      items.map(({ ptb_cider }) => ptb_cider),
    );
    expect(scored.mean).toBeCloseTo(aggregate.ptb_cider, 9);
  });

  it('takes document frequencies from the given samples only, so that one alone scores 0', () => {
    expect(aggregate.subsets[0]!.per_item_cider).toEqual([0]);
    for (const subset of aggregate.subsets) {
      const members = subset.items.map((i) => items[i]!);
      const { scores } = cider(
        members.map(({ caption }) => caption),
        members.map(({ references }) => references),
      );
      expectEach(scores, subset.per_item_cider);
    }
  });
});
