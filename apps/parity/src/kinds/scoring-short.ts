import {
  CONTRACTIONS,
  equalApartFromMarks,
  exactYesNoScores,
  gqaAnswer,
  gqaCorrect,
  mmeAnswer,
  mmeCorrect,
  mmeScores,
  normaliseVqa,
  officialVqaAccuracy,
  popeAnswer,
  popeCounts,
  popeScores,
  vqaAccuracy,
  yesOrNo,
  type VqaRule,
} from '@ablate/scoring';
import type { Checks } from '../checks.js';
import { hasFile, readJson, type GoldenCase } from '../golden-case.js';
import { aggregateOf, checkNumbers, itemsOf, meanOf, toleranceOf } from './scoring-case.js';

interface VqaItem {
  readonly prediction: string;
  readonly answers: readonly string[];
  readonly normalised_prediction: string;
  readonly normalised_answers?: readonly string[];
  readonly score: number;
  readonly score_official?: number;
}

/** Answers with ten annotators; `rule` says whose normalisation. */
const vqa =
  (rule: VqaRule) =>
  (golden: GoldenCase, checks: Checks): void => {
    const tolerance = toleranceOf(golden);
    const items = itemsOf<VqaItem>(golden);
    if (hasFile(golden, 'contractions.json'))
      for (const [word, rewritten] of Object.entries(
        readJson<Record<string, string>>(golden, 'contractions.json'),
      ))
        checks.same(`contraction ${word}`, CONTRACTIONS.get(word), rewritten);
    const scores = items.map((item, i) => {
      const { prediction, answers, normalised_prediction, normalised_answers } = item;
      checks.same(`${i}: prediction`, normaliseVqa(prediction, rule), normalised_prediction);
      if (normalised_answers)
        checks.same(
          `${i}: answers`,
          answers.map((answer) => normaliseVqa(answer, rule)),
          normalised_answers,
        );
      const score = vqaAccuracy(prediction, answers, rule);
      checks.number(`${i}: score`, score, item.score, tolerance);
      return score;
    });
    const aggregate = aggregateOf<{ accuracy: number; accuracy_official?: number }>(golden);
    checks.number('accuracy', meanOf(scores), aggregate.accuracy, tolerance);
    if (aggregate.accuracy_official === undefined) return;
    const official = items.map(({ prediction, answers, score_official }, i) => {
      const score = officialVqaAccuracy(prediction, answers);
      if (score_official !== undefined)
        checks.number(`${i}: official score`, score, score_official, tolerance);
      return score;
    });
    checks.number('accuracy_official', meanOf(official), aggregate.accuracy_official, tolerance);
  };

export const vqaV2 = vqa('vqa-v2');
export const textvqa = vqa('textvqa');
export const vizwiz = vqa('textvqa');

interface GqaItem {
  readonly prediction: string;
  readonly answer: string;
  readonly structural_type: string;
  readonly converted: string;
  readonly correct: number;
  readonly correct_lmms: number;
}

export function gqa(golden: GoldenCase, checks: Checks): void {
  const items = itemsOf<GqaItem>(golden);
  const right = items.map((item, i) => {
    checks.same(`${i}: converted`, gqaAnswer(item.prediction), item.converted);
    const correct = gqaCorrect(item.prediction, item.answer);
    const lenient = equalApartFromMarks(item.prediction, item.answer);
    checks.same(`${i}: correct`, Number(correct), item.correct);
    checks.same(`${i}: correct_lmms`, Number(lenient), item.correct_lmms);
    return { correct, lenient, open: item.structural_type === 'query' };
  });
  const share = (members: readonly { readonly correct: boolean }[]): number =>
    meanOf(members.map(({ correct }) => correct));
  const actual = {
    accuracy: share(right),
    accuracy_open: share(right.filter(({ open }) => open)),
    accuracy_binary: share(right.filter(({ open }) => !open)),
    accuracy_lmms: meanOf(right.map(({ lenient }) => lenient)),
  };
  checkNumbers(checks, 'aggregate', actual, aggregateOf(golden), toleranceOf(golden));
}

interface PopeItem {
  readonly category: string;
  readonly response: string;
  readonly label: string;
  readonly predicted: string;
  readonly correct: number;
  readonly vlmevalkit: string;
  readonly correct_lmms: number;
}

export function pope(golden: GoldenCase, checks: Checks): void {
  const items = itemsOf<PopeItem>(golden);
  const categories = [...new Set(items.map(({ category }) => category))];
  const actual = categories.map((category) => {
    const members = items.filter((item) => item.category === category);
    const answers = members.map(({ response }) => response);
    const labels = members.map(({ label }) => label);
    const exact = exactYesNoScores(answers, labels);
    members.forEach((item, i) => {
      const what = `${category} ${i}`;
      const predicted = popeAnswer(item.response);
      checks.same(`${what}: predicted`, predicted, item.predicted);
      checks.same(`${what}: correct`, Number(predicted === item.label), item.correct);
      checks.same(`${what}: vlmevalkit`, yesOrNo(item.response), item.vlmevalkit);
      checks.same(`${what}: correct_lmms`, Number(exact.correct[i]), item.correct_lmms);
    });
    const {
      truePositive: TP,
      falsePositive: FP,
      trueNegative: TN,
      falseNegative: FN,
    } = popeCounts(answers, labels);
    return [
      category,
      { n: members.length, TP, FP, TN, FN, ...popeScores(answers, labels), lmms: exact.scores },
    ] as const;
  });
  const mean_f1 = meanOf(actual.map(([, { f1 }]) => f1));
  checkNumbers(
    checks,
    'aggregate',
    { ...Object.fromEntries(actual), mean_f1 },
    aggregateOf(golden),
    toleranceOf(golden),
  );
}

interface MmeRow {
  readonly category: string | null;
  readonly question_id: string;
  readonly answer: string;
  readonly response: string;
  readonly parsed: string;
  readonly score: number | null;
}

export function mme(golden: GoldenCase, checks: Checks): void {
  const rows = itemsOf<MmeRow>(golden);
  rows.forEach(({ response, answer, parsed, score, category }, i) => {
    checks.same(`${i}: parsed`, mmeAnswer(response), parsed);
    if (category !== null) checks.same(`${i}: score`, Number(mmeCorrect(response, answer)), score);
  });
  const scored = rows.flatMap(({ category, question_id: questionId, response, answer }) =>
    category === null ? [] : [{ category, questionId, correct: mmeCorrect(response, answer) }],
  );
  const { perception, cognition, subtasks } = mmeScores(scored);
  const actual = { perception, cognition, per_category: subtasks };
  checkNumbers(checks, 'aggregate', actual, aggregateOf(golden), toleranceOf(golden));
}
