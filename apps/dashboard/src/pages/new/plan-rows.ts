import type { Plan } from '@ablate/contracts';

export interface PlanRow {
  readonly kind: string;
  /** By runs, were nothing shared. */
  readonly needed: number;
  readonly distinct: number;
  readonly toDo: number;
}

/** Stages by kind. */
export const planRows = ({ counts }: Pick<Plan, 'counts'>): PlanRow[] =>
  Object.keys(counts.stages).map((kind) => ({
    kind,
    needed: counts.stageUses[kind] ?? 0,
    distinct: counts.stages[kind] ?? 0,
    toDo: counts.newStages[kind] ?? 0,
  }));
