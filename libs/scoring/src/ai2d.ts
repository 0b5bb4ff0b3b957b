import { equalApartFromMarks } from './gqa.js';
import { strip } from './python-text.js';

const LETTER = /^([A-Z])\./;

/**
 * The letter that a response begins with, "B. ..."; any other response unchanged, untrimmed.
 * Source: lmms-eval (75571cf), tasks/ai2d/utils.py `MultiChoiceRegexFilter`.
 */
export const ai2dAnswer = (response: string): string => LETTER.exec(strip(response))?.[1] ?? response;

/** Whether a response chooses the wanted letter; case and ASCII punctuation do not count. */
export const ai2dCorrect = (response: string, letter: string): boolean =>
  equalApartFromMarks(ai2dAnswer(response), letter);

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** A question with lettered options and the instruction to answer with a letter. Source: lmms-eval (75571cf), tasks/ai2d, format `mcq`. */
export const ai2dPrompt = (question: string, options: readonly string[]): string =>
  [
    question,
    ...options.map((option, i) => `${ALPHABET[i]}. ${option}`),
    "Answer with the option's letter from the given choices directly.",
  ].join('\n');
