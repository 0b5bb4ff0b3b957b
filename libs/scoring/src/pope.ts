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

/**
 * Scores of answers (free text) against targets ("no", all else is yes), with yes as the positive class. At least one.
 * Source: POPE (Li et al. 2023) as scored by TinyLLaVA Factory, tinyllava/eval/eval_pope.py.
 */
export function popeScores(answers: readonly string[], targets: readonly string[]): PopeScores {
  const counts = { truePositive: 0, falsePositive: 0, trueNegative: 0, falseNegative: 0 };
  targets.forEach((target, i) => {
    const positive = popeAnswer(answers[i]!) === 'yes';
    const right = positive === (target !== 'no');
    counts[`${right ? 'true' : 'false'}${positive ? 'Positive' : 'Negative'}`] += 1;
  });
  const { truePositive, falsePositive, trueNegative, falseNegative } = counts;
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
