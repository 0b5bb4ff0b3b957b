import { cellMeans, meanInterval, type CellMean } from '@ablate/analysis';
import type { CellScore } from '@ablate/contracts';
import type { Measurements } from './measure-cells.js';

/** Scores of cells by benchmark, in the benchmarks' order: mean over seeds, place, difference to the baseline cell, controls. */
export function scoreCells(
  { benchmarks, scores, undrawn, controlsOf }: Measurements,
  baseline: string | null,
): ReadonlyMap<string, readonly CellScore[]> {
  const means = cellMeans(scores);
  const bySeed = new Map<string, Map<number, number>>();
  for (const { cellId, metric, seed, value } of scores) {
    const key = `${metric} ${cellId}`;
    bySeed.set(key, (bySeed.get(key) ?? new Map<number, number>()).set(seed, value));
  }
  const differenceOf = ({ cellId, metric }: CellMean): CellScore['difference'] => {
    const reference = baseline === null ? undefined : bySeed.get(`${metric} ${baseline}`);
    if (!reference || cellId === baseline) return null;
    const pairs = [...(bySeed.get(`${metric} ${cellId}`) ?? [])].flatMap(([seed, value]) => {
      const other = reference.get(seed);
      return other === undefined ? [] : [value - other];
    });
    if (pairs.length === 0) return null;
    const { mean, n, low, high } = meanInterval(pairs);
    // Seeds that share a stage are no independent pairs: their spread says nothing of that stage's noise.
    return undrawn.length > 0 ? { mean, pairs: n, low: null, high: null } : { mean, pairs: n, low, high };
  };
  const cells = new Map<string, CellScore[]>();
  for (const benchmark of benchmarks) {
    const own = means.filter(({ metric }) => metric === benchmark.metric);
    for (const entry of own) {
      const { cellId, metric, mean, n, sd, low, high } = entry;
      const score: CellScore = {
        benchmark: benchmark.id,
        metric,
        mean,
        n,
        sd,
        // Runs that share a training say nothing of that training's noise.
        ...(undrawn.length > 0 ? { low: null, high: null } : { low, high }),
        ...controlsOf(cellId, benchmark),
        rank: 1 + own.filter((other) => other.mean > mean).length,
        difference: differenceOf(entry),
      };
      cells.set(cellId, [...(cells.get(cellId) ?? []), score]);
    }
  }
  return cells;
}
