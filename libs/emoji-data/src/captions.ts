import type { Scene, Thing } from './scenes.js';

export const NUMBERS = ['zero', 'one', 'two', 'three', 'four'] as const;

export const withArticle = (noun: string): string => `${/^[aeiou]/.test(noun) ? 'an' : 'a'} ${noun}`;

/** "red food", or "food" for a drawing without a dominant colour. */
export const describe = ({ sprite: { colour, concept } }: Thing): string =>
  colour ? `${colour} ${concept.category}` : concept.category;

export const countThings = (count: number): string =>
  count === 1 ? 'one thing' : `${NUMBERS[count]!} things`;

/** `a red food: red apple.` or `two things: a red food at the top left, a face at the bottom right.` */
export function shortCaption({ kind, things }: Scene): string {
  if (kind === 'single') return `${withArticle(describe(things[0]!))}: ${things[0]!.sprite.concept.name}.`;
  const list = things.map((thing) => `${withArticle(describe(thing))} at the ${thing.cell}`).join(', ');
  return `${countThings(things.length)}: ${list}.`;
}

/** Whole sentences on every thing: how many, where, which colour, what kind, and what is not filled. */
export function longCaption({ kind, things }: Scene): string {
  const sentence = ({ sprite: { colour, concept } }: Thing, where: string): string =>
    `${where} there is ${withArticle(concept.category)}${colour ? `, and it is ${colour}` : ''}.`;
  if (kind === 'single') {
    const [thing] = things;
    return `The picture shows one thing. ${sentence(thing!, 'In it')} It is called ${thing!.sprite.concept.name}.`;
  }
  const colours = [...new Set(things.flatMap(({ sprite: { colour } }) => (colour ? [colour] : [])))];
  const palette = colours.length > 0 ? ` Its colours are ${colours.join(', ')}.` : '';
  return `The picture shows ${countThings(things.length)}. ${things.map((thing) => sentence(thing, `At the ${thing.cell}`)).join(' ')}${palette}`;
}
