import { mean } from './mean.js';
import { words } from './python-text.js';

/** What marks a response that answers nothing; such a response is the letter Z. */
const REFUSALS = [
  "Sorry, I can't help with images of people yet.",
  "I can't process this file.",
  "I'm sorry, but without the image provided",
  'Cannot determine the answer',
];
const FAILED = 'Failed to obtain answer via API';
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** The letter must be among this many last words. */
const LAST_WORDS = 4;

/** How a letter was found; null = the response is undecided, which counts as wrong. */
export interface MmBenchAnswer {
  readonly letter: string | null;
  readonly by: 'option' | 'text' | null;
}

function optionOf(response: string, letters: string): string | null {
  if (response.includes(FAILED)) return null;
  if (REFUSALS.some((refusal) => response.includes(refusal))) return 'Z';
  const split = words(response.replaceAll(/[.()[\],:;!*#{}]/g, ' '));
  const found = [...letters].filter((letter) => split.includes(letter));
  if (found.length === 1 && split.indexOf(found[0]!) >= split.length - LAST_WORDS) return found[0]!;
  if (found.length === 0 && split.includes('Z')) return 'Z';
  const named = /answer[\s\x1c-\x1f\x85]+is[\s\x1c-\x1f\x85]+\**([ABCD])\**/iu
    .exec(response)?.[1]
    ?.toUpperCase();
  return named !== undefined && letters.includes(named) ? named : null;
}

function textOf(response: string, options: readonly string[]): string | null {
  const limit = 2 * options.reduce((total, option) => total + [...option].length, 0);
  const lower = response.toLowerCase();
  if ([...lower].length > limit) return null;
  const found = options.flatMap((option, i) => (lower.includes(option.toLowerCase()) ? [ALPHABET[i]!] : []));
  return found.length === 1 ? found[0]! : null;
}

/**
 * The option that a response chooses, without a judge: its only option letter among the last four words, "answer is B", or else the
 * only option whose text it holds. Source: VLMEvalKit (e8e78f0), utils/matching_util.py `can_infer`.
 */
export function mmbenchAnswer(response: string, options: readonly string[]): MmBenchAnswer {
  const option = optionOf(response, ALPHABET.slice(0, options.length));
  if (option !== null) return { letter: option, by: 'option' };
  const text = textOf(response, options);
  return text === null ? { letter: null, by: null } : { letter: text, by: 'text' };
}

export interface MmBenchRow {
  /** Question number; rotations of one question differ by multiples of 1,000,000. */
  readonly index: number;
  readonly category: string;
  readonly correct: boolean;
}

/** Rows of one question. */
export const CIRCLE = 1_000_000;

const SHORT_NAMES: Readonly<Record<string, string>> = {
  coarse_perception: 'CP',
  'finegrained_perception (instance-level)': 'FP-S',
  'finegrained_perception (cross-instance)': 'FP-C',
  logic_reasoning: 'LR',
  relation_reasoning: 'RR',
  attribute_reasoning: 'AR',
};
export const mmbenchCategory = (category: string): string => SHORT_NAMES[category] ?? category;

export interface MmBenchScores {
  /** Share of questions that are right in every rotation. */
  readonly overall: number;
  /** The same by category, short names. */
  readonly categories: Readonly<Record<string, number>>;
  /** Share of right rows, rotations counted alone. */
  readonly vanilla: number;
  /** By question number. */
  readonly hits: ReadonlyMap<number, boolean>;
}

/** CircularEval. Source: Liu et al. 2023; VLMEvalKit (e8e78f0), dataset/utils/multiple_choice.py `mcq_circular_eval`, `report_acc`. */
export function mmbenchScores(rows: readonly MmBenchRow[]): MmBenchScores {
  const hits = new Map<number, boolean>();
  const members = new Map<string, Set<number>>();
  for (const { index, category, correct } of rows) {
    const question = index % CIRCLE;
    hits.set(question, (hits.get(question) ?? true) && correct);
    const name = mmbenchCategory(category);
    members.set(name, (members.get(name) ?? new Set()).add(question));
  }
  const share = (questions: Iterable<number>): number => mean([...questions].map((q) => Number(hits.get(q))));
  return {
    overall: share(hits.keys()),
    categories: Object.fromEntries([...members].map(([name, questions]) => [name, share(questions)])),
    vanilla: mean(rows.map(({ correct }) => Number(correct))),
    hits,
  };
}
