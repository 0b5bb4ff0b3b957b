import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackboneEntry, BenchmarkEntry, CatalogueIndex, RecipeEntry } from '@ablate/catalogue';
import { toErrorShape, type AblateErrorShape } from '@ablate/errors';
import { DigestCache } from './digest-cache.js';
import { indexBackbone } from './index-backbone.js';
import { indexBenchmark, indexRecipe } from './index-data.js';

/** Folders whose subfolders are backbones, data recipes and benchmarks. Where two have one name, the first folder wins. */
export interface InventoryFolders {
  readonly models: readonly string[];
  readonly data: readonly string[];
  readonly benchmarks: readonly string[];
}

/** What there is, where it lies, and what is wrong with the rest. */
export interface Inventory {
  readonly index: CatalogueIndex;
  readonly backbones: Readonly<Record<string, string>>;
  readonly data: Readonly<Record<string, string>>;
  readonly benchmarks: Readonly<Record<string, string>>;
  readonly problems: readonly AblateErrorShape[];
}

/** Names of what is asked for; whoever names nothing asks for everything. */
export interface Wanted {
  readonly models: readonly string[];
  readonly data: readonly string[];
  readonly benchmarks: readonly string[];
}

async function scan<T extends { readonly id: string }>(
  folders: readonly string[],
  wanted: readonly string[] | undefined,
  digests: DigestCache,
  problems: AblateErrorShape[],
  index: (folder: string, digests: DigestCache) => Promise<T>,
): Promise<{ entries: T[]; folders: Record<string, string> }> {
  const found = new Map<string, { entry: T; folder: string }>();
  for (const parent of folders) {
    const names = await readdir(parent, { withFileTypes: true }).catch(() => []);
    for (const name of names
      .filter((item) => item.isDirectory() && !/^\.|\.tmp-/.test(item.name))
      .map((item) => item.name)
      .filter((item) => !wanted || wanted.includes(item))
      .sort()) {
      if (found.has(name)) continue;
      const folder = join(parent, name);
      try {
        found.set(name, { entry: await index(folder, digests), folder });
      } catch (error) {
        problems.push(toErrorShape(error));
      }
    }
  }
  const all = [...found.values()].sort((a, b) => (a.entry.id < b.entry.id ? -1 : 1));
  return {
    entries: all.map(({ entry }) => entry),
    folders: Object.fromEntries(all.map(({ entry, folder }) => [entry.id, folder])),
  };
}

/**
 * Indexes folders: configs, sizes, digests; no tensor is read. `cacheFile` remembers digests between calls. With `wanted`, nothing else
 * is looked at.
 */
export async function takeInventory(
  folders: InventoryFolders,
  cacheFile: string,
  wanted?: Wanted,
): Promise<Inventory> {
  const digests = await DigestCache.open(cacheFile);
  const problems: AblateErrorShape[] = [];
  const backbones = await scan<BackboneEntry>(
    folders.models,
    wanted?.models,
    digests,
    problems,
    indexBackbone,
  );
  const recipes = await scan<RecipeEntry>(folders.data, wanted?.data, digests, problems, indexRecipe);
  const benchmarks = await scan<BenchmarkEntry>(
    folders.benchmarks,
    wanted?.benchmarks,
    digests,
    problems,
    indexBenchmark,
  );
  await digests.save();
  return {
    index: { backbones: backbones.entries, recipes: recipes.entries, benchmarks: benchmarks.entries },
    backbones: backbones.folders,
    data: recipes.folders,
    benchmarks: benchmarks.folders,
    problems,
  };
}
