import { IMAGE_ID, NO_TARGET } from '../text/messages.js';
import type { Sample } from './collate.js';

export interface PackOptions {
  /** Tokens an image takes. */
  readonly imageTokens: number;
  readonly maxLength: number;
}

/** Positions that a sample takes once its images are in place; a text-only sample's placeholders take none. */
const lengthOf = ({ ids, images }: Sample, imageTokens: number): number =>
  ids.reduce((total, id) => total + (id !== IMAGE_ID ? 1 : images.length > 0 ? imageTokens : 0), 0);

/** One image for each placeholder, so that samples can follow each other. */
function placed({
  ids,
  images,
}: Sample): Pick<Sample, 'ids' | 'images'> & { readonly kept: readonly boolean[] } {
  const places = ids.filter((id) => id === IMAGE_ID).length;
  const kept = ids.map((id) => id !== IMAGE_ID || images.length > 0);
  const each =
    images.length === 0 ? [] : Array.from({ length: places }, (_, i) => images[i] ?? images.at(-1)!);
  return { ids: ids.filter((_, i) => kept[i]), images: each, kept };
}

function joined(members: readonly Sample[]): Sample {
  const parts = members.map((sample) => ({ sample, ...placed(sample) }));
  return {
    ids: parts.flatMap(({ ids }) => ids),
    // The first token of a sample follows another sample, which says nothing of it.
    labels: parts.flatMap(({ sample, kept }) =>
      sample.labels.filter((_, i) => kept[i]).map((label, i) => (i === 0 ? NO_TARGET : label)),
    ),
    images: parts.flatMap(({ images }) => images),
  };
}

/**
 * Sequences of samples one after the other, each as full as its next sample allows, in the given order; a sample that is longer than
 * `maxLength` has a sequence of its own and is cut there. Samples of a sequence see those before them, as in nanoVLM.
 */
export function packSamples(samples: readonly Sample[], { imageTokens, maxLength }: PackOptions): Sample[] {
  const packs: Sample[][] = [];
  let room = 0;
  for (const sample of samples) {
    const length = lengthOf(sample, imageTokens);
    if (packs.length === 0 || length > room) {
      packs.push([]);
      room = maxLength;
    }
    packs.at(-1)!.push(sample);
    room -= length;
  }
  return packs.map(joined);
}
