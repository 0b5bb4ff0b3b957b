import { describe, expect, it } from '@jest/globals';
import { spriteOf } from '../test/scene-of.js';
import { DESCRIBE, DESCRIBE_FULLY, drawQuestions, TURN_WEIGHTS } from './dialogues.js';
import { loadGlosses } from './glosses.js';
import { drawLanguageSample, PHASE_A, PHASE_B, type LanguageSample } from './language-samples.js';
import { randomOf } from './random.js';
import { drawScene, poolOf } from './scenes.js';

const pool = poolOf([spriteOf('food', 'red'), spriteOf('face', 'yellow'), spriteOf('plant', 'green')]);
const glosses = ['word: a unit of language'];
const draw = (seed: number, count: number, phase = PHASE_B): LanguageSample[] => {
  const random = randomOf(seed);
  return Array.from({ length: count }, () => drawLanguageSample(random, pool, glosses, phase));
};

describe('drawLanguageSample', () => {
  it('is a function of the seed', () => {
    expect(draw(1, 50)).toEqual(draw(1, 50));
    expect(draw(1, 50)).not.toEqual(draw(2, 50));
  });

  it.each([
    ['A', PHASE_A],
    ['B', PHASE_B],
  ])('phase %s has its share of glosses and copies', (_, phase) => {
    const samples = draw(3, 3000, phase);
    const dialogues = samples.flatMap((sample) => (sample.kind === 'dialogue' ? [sample] : []));
    const copies = dialogues.filter(
      ({ turns }) => turns[0]!.question === DESCRIBE || turns[0]!.question === DESCRIBE_FULLY,
    );
    expect(Math.abs(1 - dialogues.length / samples.length - phase.glosses)).toBeLessThan(0.04);
    expect(Math.abs(copies.length / dialogues.length - phase.copies)).toBeLessThan(0.04);
    for (const { caption, turns } of copies) expect(turns[0]!.answer).toBe(caption);
  });
});

describe('drawQuestions', () => {
  it('asks different questions, types by weight', () => {
    const random = randomOf(4);
    const counts = new Map<string, number>();
    for (let i = 0; i < 4000; i += 1) {
      const questions = drawQuestions(random, drawScene(random, pool, 'scene'), 1);
      for (const { type } of questions) counts.set(type, (counts.get(type) ?? 0) + 1);
    }
    // Every scene of this pool allows these types, so that their shares stand to each other as their weights.
    const share = (type: keyof typeof TURN_WEIGHTS): number => (counts.get(type) ?? 0) / TURN_WEIGHTS[type];
    for (const type of ['count', 'exists-category', 'exists-colour'] as const)
      expect(share(type) / share('category')).toBeCloseTo(1, 0);
    const six = drawQuestions(random, drawScene(random, pool, 'scene'), 6);
    expect(new Set(six.map(({ question }) => question)).size).toBe(6);
  });
});

describe('questions for presence', () => {
  it.each(['single', 'scene'] as const)('about a %s: yes and no equally often', (kind) => {
    const random = randomOf(5);
    let [yes, no] = [0, 0];
    for (let i = 0; i < 4000; i += 1) {
      const questions = drawQuestions(random, drawScene(random, pool, kind), 5);
      expect(questions).toHaveLength(5);
      yes += questions.filter(({ answer }) => answer === 'yes').length;
      no += questions.filter(({ answer }) => answer === 'no').length;
    }
    // Pairs differ by one at most; four standard deviations of the odd ones.
    expect(Math.abs(yes - no)).toBeLessThan(4 * Math.sqrt(2 * 4000));
    expect(yes + no).toBeGreaterThan(4000);
  });
});

describe('loadGlosses', () => {
  const texts = loadGlosses();
  it('has every synset of WordNet 3.1 as a plain sentence', () => {
    expect(texts).toHaveLength(117_791);
    expect(texts[0]).toBe(
      'entity: that which is perceived or known or inferred to have its own distinct existence (living or nonliving)',
    );
    expect(texts.filter((text) => /_|\s$|^:|\|/.test(text.split(':')[0]!))).toEqual([]);
  });
});
