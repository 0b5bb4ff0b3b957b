import type { Benchmark } from './read-benchmark.js';

/** Scores of a benchmark's answers. */
export interface Scored {
  /** One a question, in the benchmark's order. */
  readonly scores: readonly number[];
  /** Aggregates by name, e.g. `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

export function score({ questions }: Benchmark, answers: readonly string[]): Scored {
  const scores = questions.map(({ target }, q) => (answers[q]!.toLowerCase().trim() === target ? 1 : 0));
  return { scores, metrics: { accuracy: mean(scores) } };
}
