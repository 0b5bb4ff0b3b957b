import { createHash } from 'node:crypto';
import { createRequire } from 'node:module';

export const CATEGORIES = [
  'animal',
  'building',
  'clothing',
  'face',
  'flag',
  'food',
  'hand',
  'object',
  'person',
  'plant',
  'symbol',
  'vehicle',
  'weather',
] as const;
export type Category = (typeof CATEGORIES)[number];

/** One emoji without skin tones: what it shows, whoever draws it. */
export interface Concept {
  /** Unicode code points in lower case, joined by "-". */
  readonly code: string;
  readonly name: string;
  readonly tags: readonly string[];
  readonly category: Category;
  /** Train concepts and unseen ones are disjoint. */
  readonly split: 'train' | 'unseen';
}

interface EmojibaseEntry {
  readonly hexcode: string;
  readonly label: string;
  readonly tags?: readonly string[];
  readonly group?: number;
  readonly subgroup?: number;
}

const require = createRequire(import.meta.url);
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

/** Categories by emojibase subgroup (`emojibase-data/meta/groups.json`). Subgroups that are not named are left out. */
const SUBGROUPS: Readonly<Record<Category, readonly number[]>> = {
  face: range(0, 13),
  symbol: [14, 15, ...range(83, 93), 95, 96],
  hand: range(16, 21),
  person: [...range(23, 29), 31],
  animal: range(34, 39),
  plant: [40, 41],
  food: range(42, 47),
  building: [51, 52],
  vehicle: range(54, 56),
  weather: [59],
  clothing: [65],
  object: [60, 61, 62, 64, ...range(66, 82)],
  flag: [97, 98],
};

const DROPPED = /^(man|woman|men|women|person):|^Japanese |^keycap|clock|^(family|couple|kiss)\b/;

/** First byte of sha256(name) below 205 (80 %) is train: a split that needs no list. */
const splitOf = (name: string): Concept['split'] =>
  createHash('sha256').update(name).digest()[0]! < 205 ? 'train' : 'unseen';

/** All concepts in emojibase's order of code points. */
export function loadConcepts(): Concept[] {
  const entries = require('emojibase-data/en/data.json') as readonly EmojibaseEntry[];
  const labels = new Set(entries.map(({ label }) => label));
  const categoryOf = new Map(
    CATEGORIES.flatMap((category) => SUBGROUPS[category].map((subgroup) => [subgroup, category] as const)),
  );
  const isDouble = (label: string): boolean =>
    /^(man|woman|men|women) /.test(label) && labels.has(label.replace(/^\w+/, 'person'));
  return entries
    .flatMap(({ hexcode, label, tags = [], subgroup }) => {
      const category = subgroup === undefined ? undefined : categoryOf.get(subgroup);
      if (!category || DROPPED.test(label) || isDouble(label)) return [];
      const name = label.replace(/^flag: /, 'flag of ').toLowerCase();
      return [{ code: hexcode.toLowerCase(), name, tags, category, split: splitOf(name) }];
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1));
}
