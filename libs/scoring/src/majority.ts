/** To each question the most frequent target of its category, ties by first appearance: what can be had without looking. */
export function majorityAnswers(
  questions: readonly { readonly category: string; readonly target: string }[],
): readonly string[] {
  const counts = new Map<string, Map<string, number>>();
  for (const { category, target } of questions) {
    const targets = counts.get(category) ?? new Map<string, number>();
    counts.set(category, targets.set(target, (targets.get(target) ?? 0) + 1));
  }
  const favourites = new Map(
    [...counts].map(([category, targets]) => [
      category,
      [...targets].reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best))[0],
    ]),
  );
  return questions.map(({ category }) => favourites.get(category)!);
}
