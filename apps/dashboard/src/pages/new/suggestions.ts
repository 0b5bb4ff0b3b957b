import type { Inventory } from '@ablate/contracts';

interface Suggestions {
  readonly axes: Readonly<Record<string, readonly string[]>>;
  readonly benchmarks: string[];
}

type Entry = Readonly<Record<string, unknown>>;

/** What this deployment has, by axis. */
export function suggestions(inventory: Inventory | undefined): Suggestions {
  const entries = (of: 'backbones' | 'recipes' | 'benchmarks'): Entry[] => (inventory?.[of] ?? []) as Entry[];
  const ids = (list: readonly Entry[]): string[] => list.map(({ id }) => String(id));
  return {
    axes: {
      encoder: ids(entries('backbones').filter(({ kind }) => kind === 'encoder')),
      llm: ids(entries('backbones').filter(({ kind }) => kind === 'llm')),
      data: ids(entries('recipes')),
      connector: ['linear', 'mlp2x_gelu', 'identity', '{"id":"resampler","numQueries":16}'],
      strategy: [
        'base',
        'share',
        '{"id":"lora","rank":16,"alpha":32,"dropout":0}',
        'one-stage',
        '{"id":"share-paper","fromLayer":2}',
      ],
    },
    benchmarks: ids(entries('benchmarks')),
  };
}
