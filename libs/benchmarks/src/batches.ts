/**
 * Questions cut into batches of equal prompt length, shortest first and in the benchmark's order within a length: a function of
 * the prompts and the batch size only.
 */
export function batchesByLength(lengths: readonly number[], size: number): readonly (readonly number[])[] {
  const groups = new Map<number, number[]>();
  lengths.forEach((length, question) => {
    const group = groups.get(length);
    if (group) group.push(question);
    else groups.set(length, [question]);
  });
  return [...groups]
    .sort(([a], [b]) => a - b)
    .flatMap(([, questions]) =>
      Array.from({ length: Math.ceil(questions.length / size) }, (_, i) =>
        questions.slice(i * size, (i + 1) * size),
      ),
    );
}

/** A batch filled up to `size` by repeating its last member, so that all batches of a length have one shape. */
export const filled = <T>(items: readonly T[], size: number): T[] =>
  Array.from({ length: size }, (_, i) => items[Math.min(i, items.length - 1)]!);
