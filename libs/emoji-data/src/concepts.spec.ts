import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { CATEGORIES, loadConcepts } from './concepts.js';

const concepts = loadConcepts();
const named = (name: string) => concepts.find((concept) => concept.name === name);

describe('loadConcepts', () => {
  it('splits by the first byte of the name’s digest: four fifths are trained on', () => {
    for (const { name, split } of concepts) {
      const first = parseInt(createHash('sha256').update(name).digest('hex').slice(0, 2), 16);
      expect(split).toBe(first < 205 ? 'train' : 'unseen');
    }
    const share = concepts.filter(({ split }) => split === 'train').length / concepts.length;
    expect(share).toBeGreaterThan(0.77);
    expect(share).toBeLessThan(0.83);
  });

  it('names every concept once: no name is trained on and unseen', () => {
    expect(new Set(concepts.map(({ name }) => name)).size).toBe(concepts.length);
    expect(new Set(concepts.map(({ code }) => code)).size).toBe(concepts.length);
  });

  it('has both splits in every category', () => {
    for (const category of CATEGORIES) {
      const splits = new Set(concepts.filter((c) => c.category === category).map(({ split }) => split));
      expect([category, [...splits].sort()]).toEqual([category, ['train', 'unseen']]);
    }
  });

  it.each([
    ['red apple', 'food'],
    ['grinning face', 'face'],
    ['dog face', 'animal'],
    ['sunflower', 'plant'],
    ['thumbs up', 'hand'],
    ['bus', 'vehicle'],
    ['flag of japan', 'flag'],
    ['cloud', 'weather'],
  ])('puts %s among the category %s', (name, category) => {
    expect(named(name)?.category).toBe(category);
  });

  it('leaves out skin tones, doubles of a person, clocks, keycaps and Japanese buttons', () => {
    const left = concepts.filter(({ name }) =>
      /skin tone|^(man|woman):|^keycap|o’clock|^japanese .* button|^family/.test(name),
    );
    expect(left).toEqual([]);
    expect(named('person running')).toBeDefined();
    expect(named('man running')).toBeUndefined();
  });

  it('is ordered by code point, not by the package', () => {
    const codes = concepts.map(({ code }) => code);
    expect(codes).toEqual([...codes].sort());
  });
});
