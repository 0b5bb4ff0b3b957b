import { loadConcepts, type Concept } from './concepts.js';
import { loadDrawings, TRAIN_ARTISTS, type Artist } from './drawings.js';
import { poolOf, type Pool } from './scenes.js';
import { renderSprites } from './sprites.js';

export type PoolName = 'train' | 'unseen-concepts' | 'unseen-artist' | 'unseen-both';

const MEMBERS: Readonly<
  Record<PoolName, { readonly artists: readonly Artist[]; readonly split: Concept['split'] }>
> = {
  train: { artists: TRAIN_ARTISTS, split: 'train' },
  'unseen-concepts': { artists: TRAIN_ARTISTS, split: 'unseen' },
  'unseen-artist': { artists: ['fluent'], split: 'train' },
  'unseen-both': { artists: ['fluent'], split: 'unseen' },
};

/** Renders the sprites of one pool. `train` never holds a concept of `unseen-*` nor a drawing of the held-out artist. */
export async function loadPool(name: PoolName): Promise<Pool> {
  const { artists, split } = MEMBERS[name];
  const concepts = loadConcepts().filter((concept) => concept.split === split);
  return poolOf(await renderSprites(artists.flatMap((artist) => loadDrawings(concepts, artist))));
}

const pools = new Map<PoolName, Promise<Pool>>();

/** `loadPool`, rendered once a process. */
export function cachedPool(name: PoolName): Promise<Pool> {
  const known = pools.get(name);
  if (known) return known;
  const loading = loadPool(name);
  pools.set(name, loading);
  return loading;
}
