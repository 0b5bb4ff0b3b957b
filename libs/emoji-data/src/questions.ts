import { COLOURS, type Colour } from './colours.js';
import { CATEGORIES, type Category } from './concepts.js';
import { NUMBERS, withArticle } from './captions.js';
import type { Random } from './random.js';
import type { Scene, Thing } from './scenes.js';

export const QUESTION_TYPES = [
  'colour',
  'category',
  'count',
  'position',
  'exists-category',
  'exists-colour',
  'choice',
] as const;
export type QuestionType = (typeof QUESTION_TYPES)[number];

export interface Question {
  readonly type: QuestionType;
  readonly question: string;
  readonly answer: string;
  /** Options of a choice, in the order of their letters. */
  readonly choices?: readonly string[];
  /** How an absent thing was chosen. */
  readonly negative?: 'random' | 'popular' | 'adversarial';
}

export type Negative = NonNullable<Question['negative']>;
export const NEGATIVES: readonly Negative[] = ['random', 'popular', 'adversarial'];

/** What is most easily taken for another: looks alike or stands in the same place. */
const NEAR_CATEGORY: Readonly<Record<Category, readonly Category[]>> = {
  animal: ['face', 'person', 'plant'],
  building: ['vehicle', 'object', 'weather'],
  clothing: ['object', 'person', 'flag'],
  face: ['person', 'animal', 'hand'],
  flag: ['symbol', 'clothing', 'object'],
  food: ['plant', 'object', 'animal'],
  hand: ['person', 'face', 'clothing'],
  object: ['clothing', 'symbol', 'food'],
  person: ['face', 'hand', 'clothing'],
  plant: ['food', 'animal', 'weather'],
  symbol: ['flag', 'object', 'weather'],
  vehicle: ['building', 'object', 'animal'],
  weather: ['symbol', 'plant', 'building'],
};
const NEAR_COLOUR: Readonly<Record<Colour, readonly Colour[]>> = {
  red: ['orange', 'pink', 'brown'],
  orange: ['yellow', 'red', 'brown'],
  yellow: ['orange', 'white', 'green'],
  green: ['blue', 'yellow', 'brown'],
  blue: ['purple', 'green', 'grey'],
  purple: ['pink', 'blue', 'red'],
  pink: ['red', 'purple', 'orange'],
  brown: ['orange', 'red', 'black'],
  black: ['grey', 'brown', 'blue'],
  white: ['grey', 'yellow', 'pink'],
  grey: ['white', 'black', 'blue'],
};
const POPULAR_CATEGORY: readonly Category[] = ['object', 'food', 'animal', 'person', 'face'];
const POPULAR_COLOUR: readonly Colour[] = ['yellow', 'blue', 'red', 'orange', 'grey'];

const categoriesOf = ({ things }: Scene): Category[] => things.map(({ sprite }) => sprite.concept.category);
const coloursOf = ({ things }: Scene): Colour[] =>
  things.flatMap(({ sprite: { colour } }) => (colour ? [colour] : []));
const isUnique = <T>(item: T, items: readonly T[]): boolean =>
  items.filter((other) => other === item).length === 1;

function absent<T>(
  random: Random,
  negative: Negative,
  all: readonly T[],
  present: readonly T[],
  near: (item: T) => readonly T[],
  popular: readonly T[],
): T {
  const missing = (items: readonly T[]): T[] => items.filter((item) => !present.includes(item));
  const candidates = {
    random: (): T[] => missing(all),
    popular: (): T[] => missing(popular),
    adversarial: (): T[] => missing(present.length > 0 ? near(random.pick(present)) : all),
  }[negative]();
  return random.pick(candidates.length > 0 ? candidates : missing(all));
}

const subjectOf = (scene: Scene, thing: Thing): string =>
  scene.kind === 'single' ? 'it' : `at the ${thing.cell}`;

type Maker = (random: Random, scene: Scene) => Question | null;

const colour: Maker = (random, scene) => {
  const coloured = scene.things.filter(
    ({ sprite }) =>
      sprite.colour !== null &&
      (scene.kind === 'single' || isUnique(sprite.concept.category, categoriesOf(scene))),
  );
  if (coloured.length === 0) return null;
  const thing = random.pick(coloured);
  const subject = scene.kind === 'single' ? 'it' : `the ${thing.sprite.concept.category}`;
  return { type: 'colour', question: `What colour is ${subject}?`, answer: thing.sprite.colour! };
};

const category: Maker = (random, scene) => {
  const thing = random.pick(scene.things);
  return {
    type: 'category',
    question: `What kind of thing is ${subjectOf(scene, thing)}?`,
    answer: thing.sprite.concept.category,
  };
};

const count: Maker = (_, { things }) => ({
  type: 'count',
  question: 'How many things are there?',
  answer: NUMBERS[things.length]!,
});

const position: Maker = (random, scene) => {
  if (scene.kind === 'single') return null;
  const subjects = scene.things.flatMap((thing) => {
    const { colour: own, concept } = thing.sprite;
    return [
      ...(isUnique(concept.category, categoriesOf(scene))
        ? [{ thing, subject: concept.category as string }]
        : []),
      ...(own && isUnique(own, coloursOf(scene)) && scene.things.every(({ sprite }) => sprite.colour !== null)
        ? [{ thing, subject: `${own} thing` }]
        : []),
    ];
  });
  if (subjects.length === 0) return null;
  const { thing, subject } = random.pick(subjects);
  return { type: 'position', question: `Where is the ${subject}?`, answer: thing.cell! };
};

/** "Is there a food?" with yes and no in equal parts unless `wanted` says which. */
export function existsCategory(
  random: Random,
  scene: Scene,
  wanted = random.unit() < 0.5,
  negative: Negative = random.pick(NEGATIVES),
): Question {
  const present = categoriesOf(scene);
  const asked = wanted
    ? random.pick(present)
    : absent(random, negative, CATEGORIES, present, (item) => NEAR_CATEGORY[item], POPULAR_CATEGORY);
  return yesNo('exists-category', `Is there ${withArticle(asked)}?`, wanted, negative);
}

/** "Is there a red thing?"; null where a drawing has no dominant colour, since "no" could then be disputed. */
export function existsColour(
  random: Random,
  scene: Scene,
  wanted = random.unit() < 0.5,
  negative: Negative = random.pick(NEGATIVES),
): Question | null {
  const present = coloursOf(scene);
  if (present.length < scene.things.length) return null;
  const asked = wanted
    ? random.pick(present)
    : absent(random, negative, COLOURS, present, (item) => NEAR_COLOUR[item], POPULAR_COLOUR);
  return yesNo('exists-colour', `Is there ${withArticle(`${asked} thing`)}?`, wanted, negative);
}

const yesNo = (type: QuestionType, question: string, wanted: boolean, negative: Negative): Question =>
  wanted ? { type, question, answer: 'yes' } : { type, question, answer: 'no', negative };

/** Four options of category or colour; the answer is a letter. */
const choice: Maker = (random, scene) => {
  const base = random.unit() < 0.5 ? colour(random, scene) : category(random, scene);
  if (!base) return null;
  const all: readonly string[] = base.type === 'colour' ? COLOURS : CATEGORIES;
  const wrong = random.shuffle(all.filter((option) => option !== base.answer)).slice(0, 3);
  const choices = random.shuffle([base.answer, ...wrong]);
  const listed = choices.map((option, i) => `${'ABCD'[i]!}. ${option}`).join('\n');
  return {
    type: 'choice',
    question: `${base.question}\n${listed}`,
    answer: 'ABCD'[choices.indexOf(base.answer)]!,
    choices,
  };
};

const makers: Readonly<Record<QuestionType, Maker>> = {
  colour,
  category,
  count,
  position,
  'exists-category': (random, scene) => existsCategory(random, scene),
  'exists-colour': (random, scene) => existsColour(random, scene),
  choice,
};

/** A question of a type about a scene, null where the scene allows none. */
export const askAbout = (random: Random, scene: Scene, type: QuestionType): Question | null =>
  makers[type](random, scene);
