import { describe, expect, it } from '@jest/globals';
import { sceneOf, single, spriteOf } from '../test/scene-of.js';
import { longCaption, shortCaption } from './captions.js';

const apple = spriteOf('food', 'red', 'red apple');
const face = spriteOf('face', 'yellow');
const machine = spriteOf('object', null, 'abacus');
const three = sceneOf({ 'top left': apple, 'bottom left': machine, 'bottom right': face });

describe('shortCaption', () => {
  it.each([
    [single(apple), 'a red food: red apple.'],
    [single(machine), 'an object: abacus.'],
    [sceneOf({ 'top right': face }), 'one thing: a yellow face at the top right.'],
    [
      three,
      'three things: a red food at the top left, an object at the bottom left, a yellow face at the bottom right.',
    ],
  ])('says what a picture shows (%#)', (scene, caption) => {
    expect(shortCaption(scene)).toBe(caption);
  });
});

describe('longCaption', () => {
  it('says it of every thing, and the colours once', () => {
    expect(longCaption(three)).toBe(
      'The picture shows three things. At the top left there is a food, and it is red. At the bottom left there is an object. At the bottom right there is a face, and it is yellow. Its colours are red, yellow.',
    );
    expect(longCaption(sceneOf({ 'top left': apple, 'top right': apple }))).toMatch(/Its colours are red\.$/);
    expect(longCaption(sceneOf({ 'top left': machine }))).not.toMatch(/colours/);
  });

  it('names a single', () => {
    expect(longCaption(single(apple))).toBe(
      'The picture shows one thing. In it there is a food, and it is red. It is called red apple.',
    );
  });
});
