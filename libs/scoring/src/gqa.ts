import { withoutPunctuation } from './python-text.js';

/** An answer as GQA compares it: all trailing periods go, case goes, spaces stay. Source: LLaVA (c121f04), scripts/convert_gqa_for_eval.py. */
export const gqaAnswer = (text: string): string => text.replace(/\.+$/, '').toLowerCase();

/** GQA's exact match; the wanted answer is taken as it stands, as the official eval.py does. */
export const gqaCorrect = (text: string, wanted: string): boolean => gqaAnswer(text) === wanted;

/**
 * Equality apart from case and ASCII punctuation, which is removed without a space; nothing is trimmed.
 * Source: lmms-eval (75571cf), api/metrics.py `exact_match_hf_evaluate(ignore_case, ignore_punctuation)`.
 */
export const equalApartFromMarks = (text: string, wanted: string): boolean =>
  withoutPunctuation(text.toLowerCase()) === withoutPunctuation(wanted.toLowerCase());
