import { createRequire } from 'node:module';
import type { Concept } from './concepts.js';

export const ARTISTS = ['noto', 'twemoji', 'fluent'] as const;
export type Artist = (typeof ARTISTS)[number];
/** Fluent is never trained on: a held-out style. */
export const TRAIN_ARTISTS: readonly Artist[] = ['noto', 'twemoji'];

/** One artist's picture of a concept. */
export interface Drawing {
  readonly concept: Concept;
  readonly artist: Artist;
  readonly svg: string;
}

interface Placement {
  readonly left?: number;
  readonly top?: number;
  readonly width?: number;
  readonly height?: number;
}
interface IconSet extends Placement {
  readonly icons: Readonly<Record<string, Placement & { readonly body: string }>>;
  readonly aliases?: Readonly<Record<string, { readonly parent: string }>>;
}

const PACKAGES: Readonly<Record<Artist, string>> = {
  noto: '@iconify-json/noto',
  twemoji: '@iconify-json/twemoji',
  fluent: '@iconify-json/fluent-emoji-flat',
};
const require = createRequire(import.meta.url);

/** Spellings under which an icon package may list a code: with and without the emoji presentation selector and leading zeros. */
function spellings(code: string): string[] {
  const trimmed = code.split('-').map((part) => part.replace(/^0+/, ''));
  const without = trimmed.filter((part) => part !== 'fe0f');
  return [code, trimmed.join('-'), without.join('-'), [...without, 'fe0f'].join('-')];
}

/** Every drawing that an artist has of the concepts, in the concepts' order. */
export function loadDrawings(concepts: readonly Concept[], artist: Artist): Drawing[] {
  const set = require(`${PACKAGES[artist]}/icons.json`) as IconSet;
  const names = require(`${PACKAGES[artist]}/chars.json`) as Readonly<Record<string, string>>;
  return concepts.flatMap((concept) => {
    const name = spellings(concept.code)
      .map((spelling) => names[spelling])
      .find((found) => found !== undefined);
    const icon = name === undefined ? undefined : set.icons[set.aliases?.[name]?.parent ?? name];
    if (!icon) return [];
    const {
      left = set.left ?? 0,
      top = set.top ?? 0,
      width = set.width ?? 16,
      height = set.height ?? 16,
      body,
    } = icon;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" viewBox="${left} ${top} ${width} ${height}">${body}</svg>`;
    return [{ concept, artist, svg }];
  });
}
