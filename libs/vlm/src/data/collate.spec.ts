import { describe, expect, it } from '@jest/globals';
import { readJson, readTensors } from '../../test/golden.js';
import { IMAGE_ID, NO_TARGET } from '../text/messages.js';
import { collate, type Batch, type CollateOptions, type Sample } from './collate.js';

/** Stands for tokens that the attention mask hides. */
const HIDDEN = -1;

interface Collated {
  model_max_length: number;
  instances: { input_ids: number[]; labels: number[] }[];
  input_ids: number[][];
  labels: number[][];
  attention_mask: number[][];
}
interface MergeCase {
  name: string;
  prefix: string;
  rows: string[];
  image_features: [number, number, number];
  tokenizer_model_max_length: number | null;
  tokenizer_padding_side: string;
  attention_mask_given: boolean;
  labels_given: boolean;
  error?: string;
}

/** Labels by position: what the position itself is a target as, -100 where it is none. */
function labelsByPosition({ targets, labels, batch, length }: Batch): number[] {
  const all = new Array<number>(batch * length).fill(NO_TARGET);
  targets.forEach((at, i) => (all[at + 1] = labels[i]!));
  return all;
}

describe('collate equals the collator of the Factory', () => {
  for (const [folder, maskedId] of [
    ['collate_llama', 0],
    ['collate_phi', null],
    ['collate_pretrain_llama', 0],
  ] as const) {
    it(folder, () => {
      const vocabulary = 1000;
      for (const batch of readJson<Collated[]>(`golden/${folder}/batches.json`)) {
        let images = 0;
        const samples = batch.instances.map(({ input_ids, labels }) => ({
          ids: input_ids,
          labels,
          images: input_ids.filter((id) => id === IMAGE_ID).map(() => images++),
        }));
        const collated = collate(samples, {
          vocabulary,
          imageTokens: 1,
          maxLength: batch.model_max_length,
          lengthBucket: 1,
          maskedId,
        });
        const zeroRow = vocabulary + collated.images.length;
        const { length } = collated;
        const found = labelsByPosition(collated);
        batch.input_ids.forEach((ids, b) => {
          const kept = ids.map((_, i) => i).filter((i) => batch.attention_mask[b]![i] === 1);
          const row = [...collated.rows.subarray(b * length, (b + 1) * length)];
          const text = row.map((at) => (at >= vocabulary && at !== zeroRow ? IMAGE_ID : at));
          const padding = Array.from({ length: length - kept.length }, () => zeroRow);
          expect(text).toEqual([...kept.map((i) => ids[i]), ...padding]);
          const labels = kept.map((i) => (ids[i] === IMAGE_ID ? NO_TARGET : batch.labels[b]![i]!));
          // The first position follows nothing, so it is never predicted.
          expect(found.slice(b * length + 1, b * length + kept.length)).toEqual(labels.slice(1));
        });
      }
    });
  }
});

describe('collate equals the merge of the Factory', () => {
  for (const merge of readJson<MergeCase[]>('golden/merge/cases.json')) {
    // The reference fails there, or pads to the left, which training never does.
    if (merge.error !== undefined || merge.tokenizer_padding_side !== 'right') continue;
    it(merge.name, async () => {
      const {
        embedding,
        [`${merge.prefix}image_features`]: features,
        ...inputs
      } = await readTensors('golden/merge/inputs.safetensors');
      const expected = await readTensors('golden/merge/expected.safetensors');
      const [, imageTokens, width] = merge.image_features;
      const [vocabulary] = embedding!.shape as [number, number];
      const table = (name: string, row: number): number[] | null => {
        const tensor = inputs[merge.prefix + name];
        if (!tensor) return null;
        const columns = tensor.shape[1]!;
        return [...tensor.data.subarray(row * columns, (row + 1) * columns)];
      };
      let next = 0;
      const samples = merge.rows.map((_, b) => {
        const mask = table('attention_mask', b);
        const all = table('input_ids', b)!;
        const images = all.filter((id) => id === IMAGE_ID).map(() => next++);
        // A row of text alone has a picture of its own in the reference, of which nothing is used.
        if (images.length === 0) next += 1;
        const ids = all.map((id, i) => (mask === null || mask[i] === 1 ? id : HIDDEN));
        return { ids, labels: table('labels', b) ?? ids.map(() => NO_TARGET), images };
      });
      const batch = collate(samples, {
        vocabulary,
        imageTokens,
        maxLength: merge.tokenizer_model_max_length ?? 1000,
        lengthBucket: 1,
        maskedId: HIDDEN,
      });

      const rows = [
        ...embedding!.data,
        ...batch.images.flatMap((image) => [
          ...features!.data.subarray(image * imageTokens * width, (image + 1) * imageTokens * width),
        ]),
        ...new Array<number>(width).fill(0),
      ];
      const merged = [...batch.rows].flatMap((at) => rows.slice(at * width, (at + 1) * width));
      const wanted = expected[`${merge.prefix}inputs_embeds`]!;
      expect([batch.batch, batch.length, width]).toEqual(wanted.shape);
      expect(merged).toEqual([...wanted.data]);
      const labels = expected[`${merge.prefix}labels`];
      expect(labels !== undefined).toBe(merge.labels_given);
      if (labels) {
        const found = labelsByPosition(batch);
        const first = (i: number): boolean => i % batch.length === 0;
        expect(found).toEqual([...labels.data].map((label, i) => (first(i) ? NO_TARGET : label)));
      }
    });
  }
});

describe('collate', () => {
  const options: CollateOptions = {
    vocabulary: 10,
    imageTokens: 2,
    maxLength: 64,
    lengthBucket: 4,
    maskedId: null,
  };
  const text: Sample = { ids: [1, 2, 3], labels: [NO_TARGET, 2, 3], images: [] };
  const picture: Sample = { ids: [1, IMAGE_ID, 5], labels: [NO_TARGET, IMAGE_ID, 5], images: [7] };

  it('lays out text, image rows and padding as one gather takes them', () => {
    const batch = collate([text, picture, { ...picture, images: [3] }], options);
    expect([...batch.rows]).toEqual([...[1, 2, 3, 14], ...[1, 10, 11, 5], ...[1, 12, 13, 5]]);
    expect(batch.images).toEqual([7, 3]);
    expect([...batch.targets]).toEqual([0, 1, 6, 10]);
    expect([...batch.labels]).toEqual([2, 3, 5, 5]);
    expect(batch.length).toBe(4);
  });

  it('pads to the bucket without a change of what is learnt', () => {
    const near = collate([text, picture], options);
    const far = collate([text, picture], { ...options, lengthBucket: 16 });
    expect(far.length).toBe(16);
    expect([...far.labels]).toEqual([...near.labels]);
    expect([...far.targets].map((at) => far.rows[at])).toEqual([...near.targets].map((at) => near.rows[at]));
  });

  it('serves placeholders beyond the images with the last one, and none without an image', () => {
    const ids = [IMAGE_ID, 4, IMAGE_ID];
    const batch = collate([{ ids, labels: ids, images: [7] }], options);
    expect(batch.images).toEqual([7, 7]);
    expect([...batch.rows.subarray(0, 5)]).toEqual([10, 11, 4, 12, 13]);
    expect([...batch.targets]).toEqual([1]);
    expect([...collate([{ ids, labels: ids, images: [] }], options).rows]).toEqual([4, 10, 10, 10]);
  });

  it('refuses a token that the LLM has no embedding for', () => {
    expect(() => collate([{ ids: [10], labels: [10], images: [] }], options)).toThrow(
      expect.objectContaining({ code: 'TOKEN_OUTSIDE_VOCABULARY', value: 10 }),
    );
  });
});
