import { strip, words } from './python-text.js';
import { withoutMarks } from './vqa.js';

export interface PopeScores {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Share of answers that are yes. */
  readonly yes_ratio: number;
}

/**
 * Reads yes or no: "no" where "No", "no" or "not" is among the words before the first period, commas removed and words parted by single
 * spaces; all else, the empty text too, is "yes". Source: TinyLLaVA Factory, tinyllava/eval/eval_pope.py.
 */
export function popeAnswer(text: string): 'yes' | 'no' {
  const words = text.split('.', 1)[0]!.replaceAll(',', '').split(' ');
  return words.some((word) => word === 'No' || word === 'no' || word === 'not') ? 'no' : 'yes';
}

/** Keeps quotients of nothing at 0, as the source does. */
const EPSILON = 1e-6;

export interface PopeCounts {
  readonly truePositive: number;
  readonly falsePositive: number;
  readonly trueNegative: number;
  readonly falseNegative: number;
}

/** Answers by what they say and what is true, yes being the positive class; every target but "no" is yes. */
export function popeCounts(answers: readonly string[], targets: readonly string[]): PopeCounts {
  const counts = { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 };
  targets.forEach((target, i) => {
    const positive = popeAnswer(answers[i]!) === 'yes';
    const right = positive === (target !== 'no');
    counts[`${right ? 'true' : 'false'}${positive ? 'Positive' : 'Negative'}`] += 1;
  });
  return counts;
}

/**
 * Scores of answers (free text) against targets ("no", all else is yes), with yes as the positive class. At least one.
 * Source: POPE (Li et al. 2023) as scored by TinyLLaVA Factory, tinyllava/eval/eval_pope.py.
 */
export function popeScores(answers: readonly string[], targets: readonly string[]): PopeScores {
  const { truePositive, falsePositive, trueNegative, falseNegative } = popeCounts(answers, targets);
  const precision = truePositive / (truePositive + falsePositive + EPSILON);
  const recall = truePositive / (truePositive + falseNegative + EPSILON);
  return {
    accuracy: (truePositive + trueNegative) / targets.length,
    precision,
    recall,
    f1: (2 * precision * recall) / (precision + recall + EPSILON),
    yes_ratio: (truePositive + falsePositive) / targets.length,
  };
}

/** Scores as lmms-eval has them; `yes_ratio` there is of the ground truth, hence its name here. */
export interface ExactYesNoScores {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly yes_ratio_of_ground_truth: number;
}

/**
 * A stricter reading of POPE: only exactly "yes" and "no" (case and white space apart) are answers; recall leaves others out.
 * Source: lmms-eval (75571cf), tasks/pope/utils.py.
 */
export function exactYesNoScores(
  answers: readonly string[],
  targets: readonly string[],
): { readonly correct: readonly boolean[]; readonly scores: ExactYesNoScores } {
  const read = (text: string): string => strip(text.toLowerCase());
  const pairs = answers.map((answer, i) => [read(answer), read(targets[i]!)] as const);
  const count = (answer: string, target: string): number =>
    pairs.filter(([a, t]) => a === answer && t === target).length;
  const share = (part: number, rest: number): number => (part + rest > 0 ? part / (part + rest) : 0);
  const precision = share(count('yes', 'yes'), count('yes', 'no'));
  const recall = share(count('yes', 'yes'), count('no', 'yes'));
  const correct = pairs.map(([answer, target]) => answer === target);
  const yes = pairs.filter(([, target]) => target === 'yes').length;
  return {
    correct,
    scores: {
      accuracy: correct.filter(Boolean).length / pairs.length,
      precision,
      recall,
      f1: precision + recall > 0 ? (2 * precision * recall) / (precision + recall) : 0,
      yes_ratio_of_ground_truth: yes / pairs.length,
    },
  };
}

/** Yes or No where exactly one of the two is among the words, marks apart. Source: VLMEvalKit (e8e78f0), dataset/utils/yorn.py `YOrN_Extraction`. */
export function yesOrNo(text: string): 'Yes' | 'No' | 'Unknown' {
  const found = words(withoutMarks(text.toLowerCase()));
  const [yes, no] = [found.includes('yes'), found.includes('no')];
  return yes === no ? 'Unknown' : yes ? 'Yes' : 'No';
}
