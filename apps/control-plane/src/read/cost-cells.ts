import type { Comparison } from '@ablate/contracts';
import type { RunRow, Stage } from '@ablate/storage';

export type CellCost = Comparison['cells'][number]['cost'];

/** What the trainings of one run of each cell cost; a stage that others share counts in full. Seeds cost the same but for seconds, which are averaged. */
export function costCells(
  runs: readonly RunRow[],
  stages: ReadonlyMap<string, Stage>,
): ReadonlyMap<string, CellCost> {
  const cells = new Map<string, { flops: number; seconds: (number | null)[]; peakMemoryBytes: number }>();
  for (const { cellId, stages: links } of runs) {
    const trainings = links.flatMap(({ stageKey }) => {
      const stage = stages.get(stageKey);
      return stage?.kind === 'train' ? [stage] : [];
    });
    const sum = (of: (stage: Stage) => number): number =>
      trainings.reduce((total, stage) => total + of(stage), 0);
    const seconds = trainings.every((stage) => stage.seconds !== null)
      ? sum((stage) => stage.seconds ?? 0)
      : null;
    const cell = cells.get(cellId) ?? {
      flops: sum(({ flops }) => flops),
      seconds: [],
      peakMemoryBytes: Math.max(0, ...trainings.map((stage) => stage.peakMemoryBytes)),
    };
    cell.seconds.push(seconds);
    cells.set(cellId, cell);
  }
  return new Map(
    [...cells].map(([id, { flops, seconds, peakMemoryBytes }]) => {
      const known = seconds.filter((value) => value !== null);
      const complete = known.length === seconds.length && known.length > 0;
      return [
        id,
        {
          flops,
          seconds: complete ? known.reduce((a, b) => a + b, 0) / known.length : null,
          peakMemoryBytes,
        },
      ];
    }),
  );
}
