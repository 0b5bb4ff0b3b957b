import {
  ai2dAnswer,
  ai2dCorrect,
  ai2dPrompt,
  mmbenchAnswer,
  mmbenchScores,
  mmmuLetter,
  mmmuOpenAnswers,
  mmmuOpenCorrect,
  scienceQaLetter,
} from '@ablate/scoring';
import type { Checks } from '../checks.js';
import { readJson, type GoldenCase } from '../golden-case.js';
import { aggregateOf, checkNumbers, itemsOf, meanOf, toleranceOf } from './scoring-case.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

interface ScienceItem {
  readonly response: string | null;
  readonly has_image: boolean;
  readonly n_choices: number;
  readonly answer: string;
  readonly parsed: string;
  readonly predicted_index: number;
  readonly correct: number;
}

export function scienceqa(golden: GoldenCase, checks: Checks): void {
  const items = itemsOf<ScienceItem>(golden);
  const right = items.map(({ response, n_choices, answer, ...expected }, i) => {
    const letter = response === null ? null : scienceQaLetter(response);
    const index = letter === null ? -1 : ALPHABET.slice(0, n_choices).indexOf(letter);
    const correct = index >= 0 && letter === answer;
    checks.same(`${i}: parsed`, letter ?? 'FAILED', expected.parsed);
    checks.same(`${i}: index`, index, expected.predicted_index);
    checks.same(`${i}: correct`, Number(correct), Number(expected.correct));
    return correct;
  });
  // A question without a prediction has no prompt either, so it counts as text only.
  const seen = items.map(({ response, has_image }) => response !== null && has_image);
  const correct = right.filter(Boolean).length;
  const actual = {
    accuracy: (correct / right.length) * 100,
    correct,
    count: right.length,
    img_accuracy: 100 * meanOf(right.filter((_, i) => seen[i])),
  };
  const { printed: _, ...aggregate } = aggregateOf<Record<string, unknown>>(golden);
  checkNumbers(checks, 'aggregate', actual, aggregate, toleranceOf(golden));
}

interface BenchItem {
  readonly response: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly extracted: string | null;
  readonly by: string | null;
  readonly correct: number;
}
interface Group {
  readonly category: string;
  readonly hit: number;
  readonly rotations: readonly (Omit<BenchItem, 'by' | 'correct'> & { readonly index: number })[];
}

export function mmbench(golden: GoldenCase, checks: Checks): void {
  const tolerance = toleranceOf(golden);
  const right = itemsOf<BenchItem>(golden).map(({ response, options, answer, ...expected }, i) => {
    const { letter, by } = mmbenchAnswer(response, options);
    checks.same(`${i}: extracted`, letter, expected.extracted);
    checks.same(`${i}: by`, by, expected.by ?? null);
    checks.same(`${i}: correct`, Number(letter === answer), Number(expected.correct));
    return letter === answer;
  });
  const groups = readJson<Group[]>(golden, 'circular.json');
  const rows = groups.flatMap(({ category, rotations }) =>
    rotations.map(({ index, response, options, answer, extracted }) => {
      const { letter } = mmbenchAnswer(response, options);
      checks.same(`row ${index}: extracted`, letter, extracted);
      return { index, category, correct: letter === answer };
    }),
  );
  const { overall, categories, vanilla, hits } = mmbenchScores(rows);
  for (const { hit, rotations } of groups) {
    const { index } = rotations[0]!;
    checks.same(`group ${index}: hit`, Number(hits.get(index % 1_000_000)), hit);
  }
  const aggregate = aggregateOf<{ circular: { split: string } }>(golden);
  const actual = {
    extraction_accuracy: meanOf(right),
    circular: { split: aggregate.circular.split, Overall: overall, ...categories },
    vanilla_accuracy_of_rotations: vanilla,
  };
  checkNumbers(checks, 'aggregate', actual, aggregate, tolerance);
}

interface MmmuItem {
  readonly type: string;
  readonly response: string;
  readonly options?: readonly string[];
  readonly answer: string | readonly string[];
  readonly parsed: string | readonly (string | number)[] | null;
  readonly correct: number;
}

export function mmmu(golden: GoldenCase, checks: Checks): void {
  const items = itemsOf<MmmuItem>(golden);
  let undecided = 0;
  const right = items.map(({ type, response, options = [], answer, parsed, ...expected }, i) => {
    const letter = type === 'multiple-choice' ? mmmuLetter(response, options) : null;
    if (type === 'multiple-choice' && letter === null) undecided += 1;
    checks.same(`${i}: parsed`, type === 'multiple-choice' ? letter : mmmuOpenAnswers(response), parsed);
    const correct = type === 'multiple-choice' ? letter === answer : mmmuOpenCorrect(response, answer);
    checks.same(`${i}: correct`, Number(correct), Number(expected.correct));
    return correct;
  });
  const actual = { accuracy_random_as_wrong: meanOf(right), items_with_random_fallback: undecided };
  checkNumbers(checks, 'aggregate', actual, aggregateOf(golden), toleranceOf(golden));
}

interface Ai2dItem {
  readonly response: string;
  readonly answer: string;
  readonly filtered: string;
  readonly correct: number;
}

export function ai2d(golden: GoldenCase, checks: Checks): void {
  const right = itemsOf<Ai2dItem>(golden).map(({ response, answer, filtered, ...expected }, i) => {
    checks.same(`${i}: filtered`, ai2dAnswer(response), filtered);
    const correct = ai2dCorrect(response, answer);
    checks.same(`${i}: correct`, Number(correct), Number(expected.correct));
    return correct;
  });
  const { accuracy, prompt_example: example } = aggregateOf<{
    accuracy: number;
    prompt_example?: { question: string; options: string[]; prompt: string };
  }>(golden);
  checks.number('accuracy', meanOf(right), accuracy, toleranceOf(golden));
  if (example) checks.same('prompt', ai2dPrompt(example.question, example.options), example.prompt);
}
