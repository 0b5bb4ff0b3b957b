import { choiceScore, cider, exactMatch, mean, popeAnswer, popeScores } from '@ablate/scoring';
import type { Benchmark, BenchmarkKind, Question } from './read-benchmark.js';

/** Scores of a benchmark's answers. */
export interface Scored {
  /** One a question, in the benchmark's order. */
  readonly scores: readonly number[];
  /** Aggregates by name, e.g. `accuracy`. */
  readonly metrics: Readonly<Record<string, number>>;
}

type Rule = (questions: readonly Question[], answers: readonly string[]) => Scored;

/** A rule that finds every answer right or wrong, and accuracy the share of right ones. */
const accuracyOf =
  (isRight: (answer: string, question: Question) => boolean): Rule =>
  (questions, answers) => {
    const scores = questions.map((question, q) => Number(isRight(answers[q]!, question)));
    return { scores, metrics: { accuracy: mean(scores) } };
  };

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const popeAccuracy = accuracyOf((answer, { target }) => popeAnswer(answer) === target);

const RULES: Readonly<Record<BenchmarkKind, Rule>> = {
  exact: accuracyOf((answer, { target }) => exactMatch(answer, target)),
  choice: accuracyOf((answer, { target, choices }) =>
    choiceScore(answer, target, ALPHABET.slice(0, choices.length)),
  ),
  pope: (questions, answers) => ({
    scores: popeAccuracy(questions, answers).scores,
    metrics: {
      ...popeScores(
        answers,
        questions.map(({ target }) => target),
      ),
    },
  }),
  caption: (questions, answers) => {
    const { scores, mean: average } = cider(
      answers,
      questions.map(({ references }) => references),
    );
    return { scores, metrics: { cider: average } };
  },
};

/** Scores answers, one a question, by the rule of the benchmark's kind. */
export const score = ({ kind, questions }: Benchmark, answers: readonly string[]): Scored =>
  RULES[kind](questions, answers);
