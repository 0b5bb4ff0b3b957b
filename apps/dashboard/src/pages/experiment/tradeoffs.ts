import type { CellRunsView, Comparison, OverviewView } from '@ablate/contracts';
import type { ParallelAxis, ParallelLine } from '../../figures/parallel-option.js';
import type { Spot } from '../../figures/scatter-option.js';
import { scoreOf } from './compare-rows.js';
import { varying } from './pick-axes.js';

export const COSTS = {
  flops: { name: 'Training operations', unit: 'FLOP' },
  seconds: { name: 'Training time', unit: 's' },
  peakMemoryBytes: { name: 'Peak memory', unit: 'B' },
  parameters: { name: 'Parameters', unit: '' },
} as const;
export type CostKey = keyof typeof COSTS;

/** Cells with a score and a cost; the server says which are on the front. */
export const spotsOf = ({ cells }: Comparison, metric: string, cost: CostKey): Spot[] =>
  cells.flatMap((cell) => {
    const score = scoreOf(cell, metric);
    const x = cell.cost[cost];
    return score && x !== null
      ? [
          {
            id: cell.id,
            label: cell.label,
            x,
            y: score.mean,
            front: cell.front.includes(cost),
            baseline: cell.baseline,
          },
        ]
      : [];
  });

/** Cells that have every score, through their choices and scores. */
export function parallelLines(
  axes: OverviewView['axes'],
  { benchmarks, cells }: Comparison,
  named: CellRunsView,
): { readonly axes: readonly ParallelAxis[]; readonly lines: readonly ParallelLine[] } {
  const choices = varying(axes);
  const levels = new Map(named.map((cell) => [cell.id, cell.levels]));
  const full = cells.flatMap((cell) => {
    const own = levels.get(cell.id);
    const scores = benchmarks.map(({ metric }) => scoreOf(cell, metric)?.mean);
    return own && scores.every((score) => score !== undefined) ? [{ cell, own, scores }] : [];
  });
  const firsts = full.map(({ scores }) => scores[0] ?? 0);
  const [low, high] = [Math.min(...firsts), Math.max(...firsts)];
  return {
    axes: [
      ...choices.map(({ name, levels: labels }) => ({ name, levels: labels })),
      ...benchmarks.map(({ metric }) => ({ name: metric, levels: null })),
    ],
    lines: full.map(({ cell, own, scores }) => ({
      label: cell.label,
      values: [...choices.map(({ name }) => own[name] ?? '-'), ...scores],
      share: high > low ? ((scores[0] ?? low) - low) / (high - low) : 0.5,
    })),
  };
}
