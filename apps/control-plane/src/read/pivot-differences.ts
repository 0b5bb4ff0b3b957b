import type { Run } from '@ablate/analysis';
import type { PivotView } from '@ablate/contracts';

type Difference = PivotView['cells'][number]['difference'];

/** Differences of a pivot's cells to its baseline cell, all other axes and the seed held fixed. */
export function pivotDifferences(
  [rows, columns]: readonly [string, string],
  baseline: PivotView['baseline'],
  runs: readonly Run[],
): (row: string, column: string) => Difference {
  const scored = runs.filter(({ score, status }) => score !== null && status === 'done');
  const keyOf = ({ levels, seed }: Run): string =>
    JSON.stringify([
      Object.entries(levels)
        .filter(([axis]) => axis !== rows && axis !== columns)
        .sort(),
      seed,
    ]);
  const at = (row: string, column: string): Run[] =>
    scored.filter(({ levels }) => levels[rows] === row && levels[columns] === column);
  const partners = new Map(at(baseline.row, baseline.column).map((run) => [keyOf(run), run.score]));
  return (row, column) => {
    if (row === baseline.row && column === baseline.column) return null;
    const found = at(row, column).flatMap((run) => {
      const partner = partners.get(keyOf(run));
      return partner == null || run.score === null ? [] : [run.score - partner];
    });
    return found.length === 0
      ? null
      : { mean: found.reduce((sum, value) => sum + value, 0) / found.length, pairs: found.length };
  };
}

/** One run, the mean, for all runs of a pivot's cell that share a training: these are no independent replicates. */
export function independentRuns([rows, columns]: readonly [string, string], runs: readonly Run[]): Run[] {
  const groups = new Map<string, Run[]>();
  for (const [i, run] of runs.entries()) {
    const { levels, sharedStage, score, status } = run;
    const alone = sharedStage === undefined || score === null || status !== 'done';
    const key = alone ? String(i) : JSON.stringify([levels[rows], levels[columns], sharedStage]);
    groups.set(key, [...(groups.get(key) ?? []), run]);
  }
  return [...groups.values()].map((members) => ({
    ...(members[0] as Run),
    score:
      members.length === 1
        ? (members[0] as Run).score
        : members.reduce((sum, { score }) => sum + (score ?? 0), 0) / members.length,
  }));
}
