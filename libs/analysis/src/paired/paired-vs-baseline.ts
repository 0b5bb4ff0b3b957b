import { holm } from '../corrections.js';
import type { EffectsInput } from '../effects/analyse-effects.js';
import { factorsOf } from '../linear/factors.js';
import { indexer, usable } from '../linear/runs.js';
import { pairedT, type PairedT } from './paired-t.js';
import { wilcoxon, type Wilcoxon } from './wilcoxon.js';

export interface PairedByCell extends PairedT {
  readonly level: string;
  readonly baseline: string;
  readonly wilcoxon: Wilcoxon;
}
export interface PairedByRun extends PairedByCell {
  /** Runs at the level, and at the baseline, without a partner: left out. */
  readonly unpairedLevel: number;
  readonly unpairedBaseline: number;
  /** Holm-corrected over the levels of this axis. */
  readonly pHolm: number | null;
}
export interface PairedReport {
  /** Every pair of runs is one difference: says something about the runs of this grid. */
  readonly byRun: Readonly<Record<string, readonly PairedByRun[]>>;
  /** Seeds averaged first, one difference a combination of the other axes: carries over to other cells too. */
  readonly byCell: Readonly<Record<string, readonly PairedByCell[]>>;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/**
 * Differences of each level from its axis' baseline, all other axes and the seed held fixed. Throws a RangeError for two runs of one cell
 * and seed, which would pair in more than one way.
 */
export function pairedVsBaseline({ runs, alpha = 0.05, ...axes }: EffectsInput): PairedReport {
  const factors = factorsOf(axes);
  const index = indexer(factors);
  const table = new Map<string, number>();
  const placed = usable(runs).used.map((run) => {
    const levels = index(run);
    const seed = String(run.seed ?? '');
    const key = `${levels.join()};${seed}`;
    if (table.has(key))
      throw new RangeError(
        `Two runs with seed '${seed}' at ${Object.values(run.levels).join(', ')}: give replicates seeds of their own.`,
      );
    table.set(key, run.score);
    return { levels, seed, score: run.score };
  });
  const byRun: Record<string, PairedByRun[]> = {};
  const byCell: Record<string, PairedByCell[]> = {};
  for (const [axis, { name, levels, baseline }] of factors.entries()) {
    const atBaseline = placed.filter((run) => run.levels[axis] === baseline).length;
    const rows = levels.flatMap((level, number) => {
      if (number === baseline) return [];
      const cells = new Map<string, number[]>();
      let [paired, alone] = [0, 0];
      for (const run of placed) {
        if (run.levels[axis] !== number) continue;
        const others = run.levels.with(axis, baseline).join();
        const partner = table.get(`${others};${run.seed}`);
        if (partner === undefined) alone++;
        else {
          paired++;
          cells.set(others, [...(cells.get(others) ?? []), run.score - partner]);
        }
      }
      const what = { level, baseline: levels[baseline] as string };
      const differences = [...cells.values()];
      const test = (values: readonly number[]) => ({
        ...what,
        ...pairedT(values, alpha),
        wilcoxon: wilcoxon(values),
      });
      return [
        {
          run: {
            ...test(differences.flat()),
            unpairedLevel: alone,
            unpairedBaseline: atBaseline - paired,
          },
          cell: test(differences.map(mean)),
        },
      ];
    });
    const corrected = holm(rows.map(({ run }) => run.p));
    byRun[name] = rows.map(({ run }, i) => ({ ...run, pHolm: corrected[i] as number | null }));
    byCell[name] = rows.map(({ cell }) => cell);
  }
  return { byRun, byCell };
}
