/*
 * Corrections of a family of p-values, in the order given. Null entries (nothing to test) do not count as members of the family.
 */

type P = number | null;

function steps(p: readonly P[], corrected: (sorted: readonly number[]) => readonly number[]): readonly P[] {
  const order = p
    .flatMap((value, i) => (value === null ? [] : [{ value, i }]))
    .sort((a, b) => a.value - b.value || a.i - b.i);
  const result: P[] = p.map(() => null);
  for (const [rank, value] of corrected(order.map(({ value }) => value)).entries())
    result[(order[rank] as { i: number }).i] = value;
  return result;
}

/** Holm's step-down (Scandinavian Journal of Statistics 6, 1979): controls the chance of any false finding, whatever the dependence. */
export const holm = (p: readonly P[]): readonly P[] =>
  steps(p, (sorted) => {
    let most = 0;
    return sorted.map((value, rank) => (most = Math.max(most, Math.min(1, value * (sorted.length - rank)))));
  });

/** Bonferroni: p times the size of the family. */
export const bonferroni = (p: readonly P[]): readonly P[] =>
  steps(p, (sorted) => sorted.map((value) => Math.min(1, value * sorted.length)));

/** Benjamini and Hochberg's step-up (1995): controls the share of false findings, for independent or positively dependent tests. */
export const benjaminiHochberg = (p: readonly P[]): readonly P[] =>
  steps(p, (sorted) => {
    let least = 1;
    return [...sorted.entries()]
      .reverse()
      .map(([rank, value]) => (least = Math.min(least, (value * sorted.length) / (rank + 1))))
      .reverse();
  });
