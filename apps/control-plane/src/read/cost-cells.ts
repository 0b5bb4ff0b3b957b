import { estimateStage, type CatalogueIndex, type TrainStageConfig } from '@ablate/catalogue';
import type { Comparison } from '@ablate/contracts';
import type { RunRow, Stage } from '@ablate/storage';

export type CellCost = Comparison['cells'][number]['cost'];

/** Numbers of the model that the last training makes; null where the index no longer holds a backbone. */
function parametersOf(trainings: readonly Stage[], index: CatalogueIndex): number | null {
  const last = trainings.at(-1);
  const estimate = last && estimateStage(last.config as unknown as TrainStageConfig, [], index);
  return estimate ? estimate.trainedParameters + estimate.frozenParameters : null;
}

/** What the trainings of one run of each cell cost; a stage that others share counts in full. Seeds cost the same but for seconds, which are averaged. */
export function costCells(
  runs: readonly RunRow[],
  stages: ReadonlyMap<string, Stage>,
  index: CatalogueIndex,
): ReadonlyMap<string, CellCost> {
  const cells = new Map<string, Omit<CellCost, 'seconds'> & { readonly seconds: (number | null)[] }>();
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
      parameters: parametersOf(trainings, index),
      peakMemoryBytes: Math.max(0, ...trainings.map((stage) => stage.peakMemoryBytes)),
    };
    cell.seconds.push(seconds);
    cells.set(cellId, cell);
  }
  return new Map(
    [...cells].map(([id, { seconds, ...cost }]) => {
      const known = seconds.filter((value) => value !== null);
      const complete = known.length === seconds.length && known.length > 0;
      return [
        id,
        {
          ...cost,
          seconds: complete ? known.reduce((a, b) => a + b, 0) / known.length : null,
        },
      ];
    }),
  );
}
