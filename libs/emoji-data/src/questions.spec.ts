import { describe, expect, it } from '@jest/globals';
import { sceneOf, single, spriteOf } from '../test/scene-of.js';
import { COLOURS, type Colour } from './colours.js';
import { CATEGORIES, type Category } from './concepts.js';
import {
  askAbout,
  existsCategory,
  existsColour,
  NEGATIVES,
  QUESTION_TYPES,
  type Question,
  type QuestionType,
} from './questions.js';
import { randomOf } from './random.js';
import { drawScene, poolOf, type Scene } from './scenes.js';

const apple = spriteOf('food', 'red');
const bread = spriteOf('food', 'brown');
const face = spriteOf('face', 'yellow');
const abacus = spriteOf('object', null);

/** Every question of a type that a scene allows. */
const allQuestions = (scene: Scene, type: QuestionType): Record<string, string> => {
  const asked: Record<string, string> = {};
  for (let seed = 0; seed < 200; seed += 1) {
    const drawn = askAbout(randomOf(seed), scene, type);
    if (drawn) asked[drawn.question] = drawn.answer;
  }
  return asked;
};

describe('askAbout', () => {
  const mixed = sceneOf({ 'top left': apple, 'top right': bread, 'bottom right': face });

  it.each<[QuestionType, Scene, Record<string, string>]>([
    ['colour', single(apple), { 'What colour is it?': 'red' }],
    ['colour', single(abacus), {}],
    // Two foods: "the food" would be either.
    ['colour', mixed, { 'What colour is the face?': 'yellow' }],
    ['category', single(face), { 'What kind of thing is it?': 'face' }],
    [
      'category',
      mixed,
      {
        'What kind of thing is at the top left?': 'food',
        'What kind of thing is at the top right?': 'food',
        'What kind of thing is at the bottom right?': 'face',
      },
    ],
    ['count', mixed, { 'How many things are there?': 'three' }],
    ['count', single(apple), { 'How many things are there?': 'one' }],
    ['position', single(apple), {}],
    [
      'position',
      mixed,
      {
        'Where is the face?': 'bottom right',
        'Where is the red thing?': 'top left',
        'Where is the brown thing?': 'top right',
        'Where is the yellow thing?': 'bottom right',
      },
    ],
    // A thing without a dominant colour might be called red: no position by colour beside it.
    [
      'position',
      sceneOf({ 'top left': apple, 'bottom left': abacus }),
      { 'Where is the food?': 'top left', 'Where is the object?': 'bottom left' },
    ],
    ['exists-colour', sceneOf({ 'top left': apple, 'bottom left': abacus }), {}],
  ])('%s: asks what has one answer (%#)', (type, scene, expected) => {
    expect(allQuestions(scene, type)).toEqual(expected);
  });
});

/** Answers from the scene alone, read off the question's words: independent of how the question was made. */
function answerOf({ question, choices }: Question, { things }: Scene): string {
  const letter = (text: string): string => 'ABCD'[choices!.indexOf(text)]!;
  const line = question.split('\n')[0]!;
  const words = /^What colour is (it|the (.+))\?$/.exec(line);
  if (words) {
    const found = words[1] === 'it' ? things : things.filter((t) => t.sprite.concept.category === words[2]);
    expect(found).toHaveLength(1);
    return choices ? letter(found[0]!.sprite.colour!) : found[0]!.sprite.colour!;
  }
  const kind = /^What kind of thing is (?:it|at the (.+))\?$/.exec(line);
  if (kind) {
    const found = kind[1] ? things.filter(({ cell }) => cell === kind[1]) : things;
    expect(found).toHaveLength(1);
    return choices ? letter(found[0]!.sprite.concept.category) : found[0]!.sprite.concept.category;
  }
  if (line === 'How many things are there?') return ['one', 'two', 'three', 'four'][things.length - 1]!;
  const where = /^Where is the (.+)\?$/.exec(line);
  if (where) {
    const found = things.filter(
      ({ sprite }) => where[1] === sprite.concept.category || where[1] === `${sprite.colour} thing`,
    );
    expect(found).toHaveLength(1);
    return found[0]!.cell!;
  }
  const exists = /^Is there an? (.+?)( thing)?\?$/.exec(line)!;
  const [, word, isColour] = exists;
  return things.some(({ sprite }) => (isColour ? sprite.colour : sprite.concept.category) === word)
    ? 'yes'
    : 'no';
}

const pool = poolOf(
  CATEGORIES.flatMap((category: Category) =>
    [...COLOURS, null].map((colour: Colour | null) => spriteOf(category, colour)),
  ),
);

describe('questions about drawn scenes', () => {
  it.each(QUESTION_TYPES)('%s: the answer is what the scene says', (type) => {
    const random = randomOf(9);
    let asked = 0;
    for (let i = 0; i < 2000; i += 1) {
      const scene = drawScene(random, pool, random.unit() < 0.4 ? 'single' : 'scene');
      const question = askAbout(random, scene, type);
      if (!question) continue;
      asked += 1;
      expect([question.question, question.answer]).toEqual([question.question, answerOf(question, scene)]);
    }
    expect(asked).toBeGreaterThan(300);
  });

  it('choice: four different options, the right letter in each place equally often', () => {
    const random = randomOf(10);
    const letters = new Map<string, number>();
    let asked = 0;
    while (asked < 2000) {
      const question = askAbout(random, drawScene(random, pool, 'scene'), 'choice');
      if (!question) continue;
      asked += 1;
      expect(new Set(question.choices).size).toBe(4);
      letters.set(question.answer, (letters.get(question.answer) ?? 0) + 1);
    }
    for (const letter of 'ABCD') expect(Math.abs((letters.get(letter) ?? 0) - 500)).toBeLessThan(80);
  });

  it('says yes and no equally often unless told', () => {
    const random = randomOf(11);
    const scene = sceneOf({ 'top left': apple, 'bottom right': face });
    for (const ask of [existsCategory, existsColour]) {
      let yes = 0;
      for (let i = 0; i < 2000; i += 1) if (ask(random, scene)?.answer === 'yes') yes += 1;
      expect(Math.abs(yes - 1000)).toBeLessThan(90);
    }
  });
});

describe('negatives', () => {
  const scene = sceneOf({ 'top left': apple, 'bottom right': face });
  const asked = (
    ask: typeof existsCategory | typeof existsColour,
    negative: (typeof NEGATIVES)[number],
  ): Set<string> => {
    const random = randomOf(12);
    return new Set(
      Array.from({ length: 300 }, () => /an? (\w+)/.exec(ask(random, scene, false, negative)!.question)![1]!),
    );
  };

  it('random: whatever is not there', () => {
    expect(asked(existsCategory, 'random')).toEqual(
      new Set(CATEGORIES.filter((category) => category !== 'food' && category !== 'face')),
    );
    expect(asked(existsColour, 'random')).toEqual(
      new Set(COLOURS.filter((colour) => colour !== 'red' && colour !== 'yellow')),
    );
  });

  it('popular: what is often there', () => {
    expect(asked(existsCategory, 'popular')).toEqual(new Set(['object', 'animal', 'person']));
    expect(asked(existsColour, 'popular')).toEqual(new Set(['blue', 'orange', 'grey']));
  });

  it('adversarial: what is taken for something that is there', () => {
    expect(asked(existsCategory, 'adversarial')).toEqual(
      new Set(['plant', 'object', 'animal', 'person', 'hand']),
    );
    expect(asked(existsColour, 'adversarial')).toEqual(
      new Set(['orange', 'pink', 'brown', 'white', 'green']),
    );
  });
});
