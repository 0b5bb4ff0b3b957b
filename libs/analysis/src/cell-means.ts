import { meanInterval, type MeanInterval } from './mean-interval.js';

/** One metric of one run. */
export interface Score {
  readonly cellId: string;
  readonly seed: number;
  /** `<benchmark>/<metric>`. */
  readonly metric: string;
  readonly value: number;
}

/** A cell's mean over its seeds. With nested seeds (a stage that no seed redraws) the interval covers the redrawn stages only. */
export interface CellMean extends MeanInterval {
  readonly cellId: string;
  readonly metric: string;
}

/** Means by cell and metric, in order of first appearance. */
export function cellMeans(scores: readonly Score[]): readonly CellMean[] {
  const groups = new Map<string, { cellId: string; metric: string; values: number[] }>();
  for (const { cellId, metric, value } of scores) {
    const key = `${cellId} ${metric}`;
    const group = groups.get(key) ?? { cellId, metric, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  return [...groups.values()].map(({ cellId, metric, values }) => ({
    cellId,
    metric,
    ...meanInterval(values),
  }));
}
