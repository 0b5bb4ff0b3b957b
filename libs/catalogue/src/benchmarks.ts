import type { BenchmarkEntry, CatalogueIndex } from './catalogue-index.js';
import { unknownName } from './rules.js';

/** The built-in benchmarks: primary metric and longest answer in tokens. */
export const BENCHMARKS: Readonly<
  Record<string, { readonly primaryMetric: string; readonly maxNewTokens: number }>
> = {
  'emoji-vqa': { primaryMetric: 'accuracy', maxNewTokens: 16 },
  'emoji-mc': { primaryMetric: 'accuracy', maxNewTokens: 8 },
  'emoji-pope': { primaryMetric: 'accuracy', maxNewTokens: 8 },
  'emoji-caption': { primaryMetric: 'cider', maxNewTokens: 64 },
};
/** Where neither the benchmark nor this file says: TinyLLaVA's short-answer limit (vlm.md 5). */
const MAX_NEW_TOKENS = 128;

export function findBenchmark(id: string, index: CatalogueIndex, path: string): BenchmarkEntry {
  const entry = index.benchmarks.find((candidate) => candidate.id === id);
  if (!entry)
    throw unknownName(
      'benchmark',
      id,
      index.benchmarks.map((candidate) => candidate.id),
      path,
    );
  return entry;
}

export const maxNewTokens = (entry: BenchmarkEntry): number =>
  entry.maxNewTokens ?? BENCHMARKS[entry.id]?.maxNewTokens ?? MAX_NEW_TOKENS;

/** Full name of the metric by which cells are ranked, e.g. `emoji-vqa/accuracy`. */
export const primaryMetric = (entry: Pick<BenchmarkEntry, 'id' | 'primaryMetric'>): string =>
  `${entry.id}/${entry.primaryMetric}`;
