import { describe, expect, it } from '@jest/globals';
import { sceneOf, single, spriteOf } from '../test/scene-of.js';
import { drawClaims, type Claim } from './claims.js';
import { randomOf } from './random.js';
import type { Scene } from './scenes.js';

const apple = spriteOf('food', 'red', 'red apple', ['fruit']);
const bread = spriteOf('food', 'brown', 'bread', ['loaf']);
const rose = spriteOf('plant', 'red', 'rose', ['flower']);
const abacus = spriteOf('object', null, 'abacus', ['count']);

const allClaims = (scene: Scene): Map<string, Claim> =>
  new Map(drawClaims(randomOf(1), scene, 1000).map((claim) => [claim.text, claim]));

describe('drawClaims', () => {
  const here = sceneOf({ 'top left': apple, 'bottom right': abacus });
  const claims = allClaims(here);

  it('says everything that is true, each once', () => {
    expect([...claims.keys()].sort()).toEqual(
      [
        'a red food at the top left',
        'a food at the top left',
        'a food',
        'a red thing at the top left',
        'a red thing',
        'red apple',
        'fruit',
        'an object at the bottom right',
        'an object',
        'abacus',
        'count',
        'two things',
      ].sort(),
    );
  });

  // Columns: bread and rose beside each other; an apple in the other corner; a single apple; a rose and an abacus in their corners.
  const others = [
    sceneOf({ 'top left': bread, 'top right': rose }),
    sceneOf({ 'bottom left': apple }),
    single(apple),
    sceneOf({ 'top left': rose, 'bottom right': abacus }),
  ];
  it.each<[string, readonly boolean[]]>([
    ['a red food at the top left', [false, false, false, false]],
    ['a food at the top left', [true, false, false, false]],
    ['a food', [true, true, true, false]],
    ['a red thing at the top left', [false, false, false, true]],
    ['a red thing', [true, true, true, true]],
    ['red apple', [false, true, true, false]],
    ['fruit', [false, true, true, false]],
    ['an object at the bottom right', [false, false, false, true]],
    ['two things', [true, false, false, true]],
  ])('"%s": the exact truth about other scenes', (text, truth) => {
    expect(others.map((scene) => claims.get(text)!.isTrue(scene))).toEqual(truth);
  });

  it('takes colour and category of the same thing', () => {
    const { isTrue } = allClaims(single(apple)).get('a red food')!;
    expect(isTrue(sceneOf({ 'top left': bread, 'top right': rose }))).toBe(false);
    expect(isTrue(here)).toBe(true);
  });

  it('gives as many as wanted, different, and all true of their own scene', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const drawn = drawClaims(randomOf(seed), here, 4);
      expect(new Set(drawn.map(({ text }) => text)).size).toBe(4);
      expect(drawn.every(({ isTrue }) => isTrue(here))).toBe(true);
    }
  });
});
