import { groupBy } from './group-by.js';
import { factorsOf, named, pairsOf, type Factor } from './linear/factors.js';
import {
  balanceOf,
  cellSums,
  indexer,
  missingCells,
  usable,
  type Balance,
  type Run,
  type UsedRun,
} from './linear/runs.js';
import type { EffectsInput } from './effects/analyse-effects.js';
import { summarise, type SampleSummary } from './sample-summary.js';
import { seedNoise, type SeedNoise } from './seed-noise.js';

export interface CellSummary extends SampleSummary {
  readonly levels: Readonly<Record<string, string>>;
}
export interface LevelSummary extends SampleSummary {
  readonly level: string;
}
export interface CellsReport {
  readonly used: number;
  /** Runs that do not count, by status. A done run without a score stands under `done`. */
  readonly excluded: Readonly<Record<string, number>>;
  /** Cells with a used run, in grid order. */
  readonly cells: readonly CellSummary[];
  readonly missingCells: readonly Readonly<Record<string, string>>[];
  readonly balance: Balance;
  /** One sentence where cells are missing or unequal; null in a balanced table. */
  readonly warning: string | null;
  readonly seedNoisePooled: SeedNoise;
  /** All used runs at a pair of levels, keyed `a:b`: weights are numbers of runs. Equal weights are the marginal means of the effects. */
  readonly pivotRawMeans: Readonly<Record<string, readonly CellSummary[]>>;
  readonly rawLevelMeans: Readonly<Record<string, readonly LevelSummary[]>>;
  /** Null where no run counts. */
  readonly overall: SampleSummary | null;
}

/** Scores by the levels of some factors, in grid order; combinations without a run are left out. */
function grouped(factors: readonly Factor[], runs: readonly UsedRun[], alpha: number): CellSummary[] {
  const index = indexer(factors);
  const groups = groupBy(runs, (run) =>
    index(run).reduce((sum, level, axis) => sum * (factors[axis]?.levels.length ?? 1) + level, 0),
  );
  return [...groups]
    .sort(([a], [b]) => a - b)
    .map(([, members]) => ({
      levels: named(factors, index(members[0] as UsedRun)),
      ...summarise(
        members.map(({ score }) => score),
        alpha,
      ),
    }));
}

function warningOf({ cellsPossible, cellsMissing, nMin, nMax, balanced }: Balance): string | null {
  if (balanced) return null;
  const parts = [
    ...(cellsMissing > 0 ? [`${cellsMissing} of ${cellsPossible} cells have no finished run`] : []),
    ...(nMin !== nMax ? [`cells have ${nMin} to ${nMax} runs`] : []),
  ];
  return `Not balanced: ${parts.join(', ')}. Raw means mix the axes; read the marginal means.`;
}

/** What each cell scored. Throws a RangeError for a level that its axis does not have. */
export function describeCells({
  runs,
  alpha = 0.05,
  ...axes
}: EffectsInput & { readonly runs: readonly Run[] }): CellsReport {
  const factors = factorsOf(axes);
  const { used, excluded } = usable(runs);
  const cells = cellSums(factors, used);
  const balance = balanceOf(factors, cells);
  return {
    used: used.length,
    excluded,
    cells: grouped(factors, used, alpha),
    missingCells: missingCells(factors, cells),
    balance,
    warning: warningOf(balance),
    seedNoisePooled: seedNoise(cells, alpha),
    pivotRawMeans: Object.fromEntries(
      pairsOf(factors.length).map(([a, b]) => {
        const pair = [factors[a] as Factor, factors[b] as Factor];
        return [pair.map(({ name }) => name).join(':'), grouped(pair, used, alpha)];
      }),
    ),
    rawLevelMeans: Object.fromEntries(
      factors.map((factor) => [
        factor.name,
        grouped([factor], used, alpha).map(({ levels, ...summary }) => ({
          level: levels[factor.name] as string,
          ...summary,
        })),
      ]),
    ),
    overall:
      used.length === 0
        ? null
        : summarise(
            used.map(({ score }) => score),
            alpha,
          ),
  };
}
