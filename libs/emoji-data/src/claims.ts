import { countThings, withArticle } from './captions.js';
import type { Random } from './random.js';
import type { Scene, Thing } from './scenes.js';

/** A short text about an image, with what it claims: the exact truth of any text about any image follows. */
export interface Claim {
  readonly text: string;
  readonly isTrue: (scene: Scene) => boolean;
}

const anyThing =
  (matches: (thing: Thing) => boolean) =>
  ({ things }: Scene): boolean =>
    things.some(matches);

const aboutThing = ({ sprite: { colour, concept }, cell }: Thing): Claim[] => {
  const { category, name, tags } = concept;
  const place = cell ? ` at the ${cell}` : '';
  const here = (thing: Thing): boolean => cell === null || thing.cell === cell;
  return [
    {
      text: `${withArticle(colour ? `${colour} ${category}` : category)}${place}`,
      isTrue: anyThing(
        ({ sprite, ...thing }) =>
          here({ sprite, ...thing }) &&
          sprite.concept.category === category &&
          (colour === null || sprite.colour === colour),
      ),
    },
    {
      text: `${withArticle(category)}${place}`,
      isTrue: anyThing((thing) => here(thing) && thing.sprite.concept.category === category),
    },
    { text: withArticle(category), isTrue: anyThing(({ sprite }) => sprite.concept.category === category) },
    ...(colour
      ? [
          {
            text: `${withArticle(colour)} thing${place}`,
            isTrue: anyThing((thing) => here(thing) && thing.sprite.colour === colour),
          },
          {
            text: `${withArticle(colour)} thing`,
            isTrue: anyThing(({ sprite }) => sprite.colour === colour),
          },
        ]
      : []),
    { text: name, isTrue: anyThing(({ sprite }) => sprite.concept.name === name) },
    ...tags
      .slice(0, 3)
      .map((tag) => ({ text: tag, isTrue: anyThing(({ sprite }) => sprite.concept.tags.includes(tag)) })),
  ];
};

/** `count` different short true claims about an image. What they cannot say is left out: describing is the caption's work. */
export function drawClaims(random: Random, scene: Scene, count: number): Claim[] {
  const number = scene.things.length;
  const all: Claim[] = [
    ...scene.things.flatMap(aboutThing),
    { text: countThings(number), isTrue: ({ things }) => things.length === number },
  ];
  const distinct = [...new Map(all.map((claim) => [claim.text, claim])).values()];
  return random.shuffle(distinct).slice(0, count);
}

/** The claim "a {category}", for zero-shot classification. */
export const categoryPrompt = (category: string): string => withArticle(category);
