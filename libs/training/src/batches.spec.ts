import { describe, expect, it } from '@jest/globals';
import type { TrainStageConfig } from '@ablate/catalogue';
import type { Tokenizer } from '@ablate/vlm';
import { tinyConfig } from '../test/tiny-stage.js';
import { microBatches, prepareData, sequencesOf } from './batches.js';

/** A letter, a space and the end token are tokens of their own. */
const tokenizer: Tokenizer = {
  encode: (text) => [...text.replaceAll('</s>', '\u0002')].map((letter) => letter.codePointAt(0)!),
  decode: () => '',
  bosId: null,
  eosId: 2,
  eosToken: '</s>',
  padId: 0,
  maskedId: 0,
  prefixOnce: false,
  prefixes: false,
};
const record = (id: string, answer: string) => ({
  id,
  images: [],
  conversations: [
    { from: 'human', value: 'q' },
    { from: 'gpt', value: answer },
  ],
});
const records = [record('good', 'yes'), record('bad', 'a</s>b')];
const config: TrainStageConfig = { ...tinyConfig, template: 'llama', system: '', maxLength: 4096 };
const withData = (data: Partial<TrainStageConfig['data']>): TrainStageConfig => ({
  ...config,
  data: { ...config.data, ...data },
});
const targets = ({ labels }: { readonly labels: readonly number[] }): number =>
  labels.filter((label) => label !== -100).length;

describe('samples whose label mask does not meet their tokens', () => {
  it('are named and trained on nothing, as the reference does', () => {
    const { samples, mismatched } = prepareData(records, config, tokenizer);
    expect(mismatched).toEqual(['bad']);
    expect(samples.map(targets)).toEqual([5, 0]);
  });

  it('are kept up to where the mask fails', () => {
    const { samples, mismatched } = prepareData(records, withData({ mismatched: 'keep' }), tokenizer);
    expect(mismatched).toEqual(['bad']);
    expect(targets(samples[1]!)).toBeGreaterThan(0);
  });

  it('are refused by name', () => {
    expect(() => prepareData(records, withData({ mismatched: 'refuse' }), tokenizer)).toThrow(
      expect.objectContaining({
        code: 'MISMATCHED_SAMPLES',
        value: ['bad'],
        message: expect.stringContaining('"bad"'),
      }),
    );
    expect(
      prepareData(records.slice(0, 1), withData({ mismatched: 'refuse' }), tokenizer).samples,
    ).toHaveLength(1);
  });
});

describe('packing', () => {
  it('fills sequences, of which an epoch has as many as there are', () => {
    const packed = { ...withData({ packing: true }), batchSize: 2, accumulation: 1 };
    const many = Array.from({ length: 9 }, (_, i) => record(`${i}`, 'yes'));
    const { samples } = prepareData(many, packed, tokenizer);
    const size = samples[0]!.ids.length;
    const sequences = sequencesOf(many, samples, { ...packed, maxLength: 2 * size + 1 }, 4);
    expect(sequences.samples.map(({ ids }) => ids.length)).toEqual([2, 2, 2, 2, 1].map((n) => n * size));
    const indices = microBatches(sequences.lengths, packed);
    expect([0, 1, 2].flatMap((step) => indices(step, 0)).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(sequencesOf(many, samples, config, 4).samples).toBe(samples);
  });

  it('is refused where samples are grouped by length', () => {
    expect(() =>
      sequencesOf([], [], { ...withData({ packing: true }), groupByModalityLength: true }, 4),
    ).toThrow(expect.objectContaining({ code: 'PACKED_AND_GROUPED' }));
  });
});
