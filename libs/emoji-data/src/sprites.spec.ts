import { describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { loadConcepts } from './concepts.js';
import { ARTISTS, loadDrawings, TRAIN_ARTISTS } from './drawings.js';
import { renderSprites } from './sprites.js';

const concepts = loadConcepts();

describe('loadDrawings', () => {
  it('finds what each artist has', () => {
    const counts = ARTISTS.map((artist) => loadDrawings(concepts, artist).length / concepts.length);
    expect(counts.every((share) => share > 0.8)).toBe(true);
    expect(TRAIN_ARTISTS).not.toContain('fluent');
  });

  it('spells codes as each package does', () => {
    // A heart with a presentation selector, a sequence with joiners, a code with a leading zero.
    for (const name of ['red heart', 'rainbow flag', 'copyright']) {
      const concept = concepts.filter((candidate) => candidate.name === name);
      expect([name, concept.length]).toEqual([name, 1]);
      expect([name, loadDrawings(concept, 'twemoji').length]).toEqual([name, 1]);
    }
  });
});

describe('renderSprites', () => {
  it('gives the pixels that each drawing would have by itself, in the order of the drawings', async () => {
    // More than one sheet, and a last sheet that is not full.
    const drawings = ARTISTS.flatMap((artist) => loadDrawings(concepts.slice(0, 60), artist)).slice(0, 70);
    const sprites = await renderSprites(drawings);
    expect(sprites.map(({ concept, artist }) => [concept.code, artist])).toEqual(
      drawings.map(({ concept, artist }) => [concept.code, artist]),
    );
    const background = { r: 0, g: 0, b: 0, alpha: 0 };
    for (const i of [0, 1, 33, 63, 64, 69]) {
      const large = await sharp(Buffer.from(drawings[i]!.svg), { density: 192 })
        .resize(96, 96, { fit: 'contain', background })
        .ensureAlpha()
        .raw()
        .toBuffer();
      for (const [size, pixels] of sprites[i]!.pixels) {
        const alone = await sharp(large, { raw: { width: 96, height: 96, channels: 4 } })
          .resize(size, size)
          .raw()
          .toBuffer();
        expect([i, size, Buffer.compare(alone, pixels)]).toEqual([i, size, 0]);
      }
    }
  });

  it('knows the colour of a drawing', async () => {
    const colours = async (name: string): Promise<unknown[]> => {
      const drawings = loadDrawings(
        concepts.filter((concept) => concept.name === name),
        'twemoji',
      );
      return (await renderSprites(drawings)).map(({ colour }) => colour);
    };
    expect(await colours('red heart')).toEqual(['red']);
    expect(await colours('grinning face')).toEqual(['yellow']);
    expect(await colours('rainbow')).toEqual([null]);
  });
});
