import {
  drawClaims,
  drawPicture,
  IMAGE_SIZE,
  type Claim,
  type Pool,
  type Random,
  type Scene,
} from '@ablate/emoji-data';
import type { Encode } from './language-batches.js';

/** Tokens of a text, end token included; longer claims are not drawn. */
export const TEXT_LENGTH = 12;
const CLAIMS_AN_IMAGE = 4;

export interface ContrastiveBatch {
  /** [B, 3, 48, 48] in [-1, 1]. */
  readonly pixels: Float32Array;
  /** [T, TEXT_LENGTH], padded with `padId`; T is a multiple of 32, texts beyond `texts` are empty. */
  readonly ids: Int32Array;
  /** Position of each text's end token in the flattened ids, [T]. */
  readonly ends: Int32Array;
  /** Whether text t is true of image b, [B, T]. */
  readonly truth: Float32Array;
  readonly texts: number;
}

/** Planar pixels in [-1, 1] of interleaved RGB bytes. */
export function toPixels(rgb: Uint8Array, target: Float32Array, offset: number): void {
  const area = IMAGE_SIZE * IMAGE_SIZE;
  for (let i = 0; i < area; i += 1) {
    for (let c = 0; c < 3; c += 1) target[offset + c * area + i] = rgb[3 * i + c]! / 127.5 - 1;
  }
}

export const imageFloats = 3 * IMAGE_SIZE * IMAGE_SIZE;

/** Writes texts as rows of ids that end with `endId`; returns the ids and the places of the end tokens. */
export function textRows(
  texts: readonly (readonly number[])[],
  endId: number,
  padId: number,
  count: number,
): { ids: Int32Array; ends: Int32Array } {
  const ids = new Int32Array(count * TEXT_LENGTH).fill(padId);
  const ends = new Int32Array(count);
  for (let t = 0; t < count; t += 1) {
    const row = texts[t] ?? [];
    ids.set([...row, endId], t * TEXT_LENGTH);
    ends[t] = t * TEXT_LENGTH + row.length;
  }
  return { ids, ends };
}

/** Draws images (60 % scenes) with four short true claims each, and the exact truth of every claim about every image. */
export function drawContrastiveBatch(
  random: Random,
  pool: Pool,
  encode: Encode,
  batch: number,
  endId: number,
  padId: number,
): ContrastiveBatch {
  const pixels = new Float32Array(batch * imageFloats);
  const scenes: Scene[] = [];
  const claims = new Map<string, Claim>();
  for (let b = 0; b < batch; b += 1) {
    const { scene, rgb } = drawPicture(random, pool, random.unit() < 0.6 ? 'scene' : 'single');
    toPixels(rgb, pixels, b * imageFloats);
    scenes.push(scene);
    for (const claim of drawClaims(random, scene, CLAIMS_AN_IMAGE)) {
      if (encode(claim.text).length < TEXT_LENGTH) claims.set(claim.text, claim);
    }
  }
  const list = [...claims.values()];
  const count = Math.ceil(list.length / 32) * 32;
  const truth = new Float32Array(batch * count);
  scenes.forEach((scene, b) =>
    list.forEach((claim, t) => (truth[b * count + t] = claim.isTrue(scene) ? 1 : 0)),
  );
  return {
    pixels,
    ...textRows(
      list.map(({ text }) => encode(text)),
      endId,
      padId,
      count,
    ),
    truth,
    texts: list.length,
  };
}
