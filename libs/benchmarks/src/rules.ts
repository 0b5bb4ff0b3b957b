import type { Benchmark, BenchmarkKind, Question } from '@ablate/datasets';
import {
  ai2dCorrect,
  bleu,
  captionTokens,
  choiceScore,
  cider,
  exactMatch,
  gqaCorrect,
  mean,
  mmbenchAnswer,
  mmbenchScores,
  mmeCorrect,
  mmeScores,
  mmmuLetter,
  mmmuOpenCorrect,
  officialVqaAccuracy,
  popeAnswer,
  popeScores,
  rougeL,
  vqaAccuracy,
} from '@ablate/scoring';

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

/** A rule that gives every answer a share of 1, and accuracy their mean. */
const meanOf =
  (scoreOf: (answer: string, question: Question) => number): Rule =>
  (questions, answers) => {
    const scores = questions.map((question, q) => scoreOf(answers[q]!, question));
    return { scores, metrics: { accuracy: mean(scores) } };
  };

/** Names of metrics are words. */
export const metricName = (text: string): string => text.replaceAll(/[^\w-]+/g, '_');

const mme: Rule = (questions, answers) => {
  const items = questions.map(({ category, group, questionId, target }, q) => ({
    category,
    questionId: group ?? questionId,
    correct: mmeCorrect(answers[q]!, target),
  }));
  const { perception, cognition, subtasks } = mmeScores(items);
  const scores = items.map(({ correct }) => Number(correct));
  const named = Object.entries(subtasks).map(([name, value]): [string, number] => [
    `subtask_${metricName(name)}`,
    value,
  ]);
  return { scores, metrics: { accuracy: mean(scores), perception, cognition, ...Object.fromEntries(named) } };
};

const mmbench: Rule = (questions, answers) => {
  const rows = questions.map(({ group, questionId, category, choices, target }, q) => ({
    index: Number(group ?? questionId),
    category,
    correct: mmbenchAnswer(answers[q]!, choices).letter === target,
  }));
  const { overall, categories, vanilla } = mmbenchScores(rows);
  const named = Object.entries(categories).map(([name, value]): [string, number] => [
    `circular_${metricName(name)}`,
    value,
  ]);
  return {
    scores: rows.map(({ correct }) => Number(correct)),
    metrics: { accuracy: overall, vanilla_accuracy: vanilla, ...Object.fromEntries(named) },
  };
};

const captions: Rule = (questions, answers) => {
  const references = questions.map((question) => question.references);
  const { scores, mean: average } = cider(answers, references);
  const tokens = (text: string): string => captionTokens(text).join(' ');
  const simple = answers.map(tokens);
  const wanted = references.map((texts) => texts.map(tokens));
  return {
    scores,
    metrics: {
      cider: average,
      bleu_4: bleu(simple, wanted).corpus[3]!,
      rouge_l: rougeL(simple, wanted).mean,
    },
  };
};

/** POPE's mean over its files, as papers report it. */
function meanF1(questions: readonly Question[], answers: readonly string[]): number {
  const categories = [...new Set(questions.map(({ category }) => category))];
  return mean(
    categories.map((name) => {
      const members = questions.flatMap(({ category }, q) => (category === name ? [q] : []));
      return popeScores(
        members.map((q) => answers[q]!),
        members.map((q) => questions[q]!.target),
      ).f1;
    }),
  );
}

/** Kinds that a judge grades have no rule of their own (`judge/grade.ts`). */
const RULES: Readonly<Record<Exclude<BenchmarkKind, 'mm-vet' | 'llava-w'>, Rule>> = {
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
      mean_f1: meanF1(questions, answers),
    },
  }),
  caption: captions,
  'vqa-v2': meanOf((answer, { references }) => officialVqaAccuracy(answer, references)),
  textvqa: meanOf((answer, { references }) => vqaAccuracy(answer, references)),
  gqa: accuracyOf((answer, { target }) => gqaCorrect(answer, target)),
  mme,
  mmbench,
  mmmu: accuracyOf((answer, { target, references, choices }) =>
    choices.length > 0 ? mmmuLetter(answer, choices) === target : mmmuOpenCorrect(answer, references),
  ),
  ai2d: accuracyOf((answer, { target }) => ai2dCorrect(answer, target)),
};

/** Scores answers, one a question, by the rule of the benchmark's kind; not for kinds that a judge grades. */
export const score = (
  { kind, questions }: Pick<Benchmark, 'kind' | 'questions'>,
  answers: readonly string[],
): Scored => RULES[kind as keyof typeof RULES](questions, answers);
