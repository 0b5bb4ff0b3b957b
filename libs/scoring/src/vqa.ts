import { CONTRACTIONS } from './contractions.js';
import { strip, words } from './python-text.js';

/** Two scripts' habits: `textvqa` first removes "," and "?" and parts "'s" from its word; `vqa-v2` does not. */
export type VqaRule = 'textvqa' | 'vqa-v2';

const PUNCTUATION = [...';/[]"{}()=+\\_-><@`,?!'];
const COMMA_IN_NUMBER = /(?<=\p{Nd}),+(?=\p{Nd})/u;
const PERIOD = /\.(?!\p{Nd})/gu;
/** The scripts pass `re.UNICODE`, which is 32, where Python expects a count. */
const MOST_PERIODS = 32;
const ARTICLES = new Set(['a', 'an', 'the']);
const NUMBERS: ReadonlyMap<string, string> = new Map([
  ['none', '0'],
  ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'].map(
    (word, number): [string, string] => [word, String(number)],
  ),
]);

const partWords = (text: string): string =>
  strip(text.toLowerCase().replaceAll(/[,?]/g, '').replaceAll("'s", " 's"));

const oneLine = (text: string): string => strip(text.replaceAll(/[\n\t]/g, ' '));

/** Whether a mark goes or becomes a space is judged on the text as it came, not on what earlier marks left. */
export function withoutMarks(text: string): string {
  const hasBrokenNumber = COMMA_IN_NUMBER.test(text);
  const bare = PUNCTUATION.reduce(
    (left, mark) =>
      left.replaceAll(
        mark,
        hasBrokenNumber || text.includes(`${mark} `) || text.includes(` ${mark}`) ? '' : ' ',
      ),
    text,
  );
  let removed = 0;
  return bare.replaceAll(PERIOD, (period) => ((removed += 1) <= MOST_PERIODS ? '' : period));
}

/**
 * An answer as VQA compares it: lower case, punctuation removed or spaced, numbers to ten as digits, articles dropped, apostrophes put
 * back. Source: VQA evaluation (Antol et al. 2015) as in TinyLLaVA Factory's m4c_evaluator.py (`textvqa`) and lmms-eval's
 * tasks/vqav2/utils.py (`vqa-v2`), oddities included.
 */
export function normaliseVqa(text: string, rule: VqaRule = 'textvqa'): string {
  const line = oneLine(rule === 'textvqa' ? partWords(text) : text);
  return words(withoutMarks(line).toLowerCase())
    .map((word) => NUMBERS.get(word) ?? word)
    .filter((word) => !ARTICLES.has(word))
    .map((word) => CONTRACTIONS.get(word) ?? word)
    .join(' ');
}

/**
 * Soft accuracy of a prediction among human answers (ten as a rule, at least one), 0 to 1: mean over the answers of min(1, how many of
 * the others agree with the prediction / 3). Both sides are normalised. Sources: see `normaliseVqa`.
 */
export function vqaAccuracy(
  prediction: string,
  answers: readonly string[],
  rule: VqaRule = 'textvqa',
): number {
  const wanted = normaliseVqa(prediction, rule);
  const equal = answers.filter((answer) => normaliseVqa(answer, rule) === wanted).length;
  return softAccuracy(equal, answers.length);
}

function softAccuracy(equal: number, count: number): number {
  const credit = (others: number): number => Math.min(1, others / 3);
  return (equal * credit(equal - 1) + (count - equal) * credit(equal)) / count;
}

/**
 * VQAv2's official accuracy: as `vqaAccuracy` of `vqa-v2`, but where all answers are the same text nothing is normalised except case.
 * Source: GT-Vision-Lab/VQA (a013f00), vqaEval.py `evaluate`.
 */
export function officialVqaAccuracy(prediction: string, answers: readonly string[]): number {
  const wanted = answers.map(oneLine);
  if (new Set(wanted).size > 1) return vqaAccuracy(prediction, answers, 'vqa-v2');
  const equal = wanted[0]!.toLowerCase() === oneLine(prediction).toLowerCase() ? answers.length : 0;
  return softAccuracy(equal, answers.length);
}
