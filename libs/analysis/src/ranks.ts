/** Ranks from 1 in ascending order; ties get their average. */
export function averageRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const ranks = values.map(() => 0);
  for (let start = 0; start < order.length;) {
    let end = start;
    while (end + 1 < order.length && values[order[end + 1] as number] === values[order[start] as number])
      end++;
    for (let i = start; i <= end; i++) ranks[order[i] as number] = (start + end) / 2 + 1;
    start = end + 1;
  }
  return ranks;
}

/** Sizes of the groups of equal values, those of one included. */
export function tieSizes(values: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts.values()];
}
