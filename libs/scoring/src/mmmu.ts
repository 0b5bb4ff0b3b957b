import { pythonFloat, roundToCents, strip, words } from './python-text.js';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Candidates and where each last occurs. */
type Found = readonly (readonly [letter: string, last: number])[];

const occurrences = (text: string, letters: string, shape: (letter: string) => string): Found =>
  [...letters].flatMap((letter) => {
    const last = text.lastIndexOf(shape(letter));
    return last < 0 ? [] : [[letter, last] as const];
  });

/**
 * The letter that a response to a multiple-choice question gives: "(B)" before " B " before an option's text (only in more than five
 * words); of several the one that occurs last. Null where the reference guesses at random; that counts as wrong here.
 * Source: MMMU (bb0b95a), mmmu/utils/eval_utils.py `parse_multi_choice_response`.
 */
export function mmmuLetter(response: string, options: readonly string[]): string | null {
  const letters = ALPHABET.slice(0, options.length);
  const text = ` ${[',', '.', '!', '?', ';', ':', "'"].reduce(strip, response)} `;
  let found = occurrences(text, letters, (letter) => `(${letter})`);
  if (found.length === 0) found = occurrences(text, letters, (letter) => ` ${letter} `);
  if (found.length === 0 && words(text).length > 5)
    found = occurrences(text.toLowerCase(), letters, (letter) =>
      options[letters.indexOf(letter)]!.toLowerCase(),
    );
  if (found.length === 0) return null;
  return found.reduce((best, candidate) => (candidate[1] > best[1] ? candidate : best))[0];
}

/** What may be compared: a number of two decimals, or a lower-case text. */
export type OpenAnswer = number | string;

function normalise(raw: string): OpenAnswer[] {
  const text = strip(raw);
  const value = pythonFloat(text.replaceAll(',', ''));
  if (value !== null) return [roundToCents(value)];
  const lower = text.toLowerCase();
  return [...lower].length === 1 ? [` ${lower}`, `${lower} `] : [lower];
}

/** Python's `\b` and `\d` on Unicode texts. */
const EDGE = String.raw`(?:(?<=[\p{L}\p{N}_])(?![\p{L}\p{N}_])|(?<![\p{L}\p{N}_])(?=[\p{L}\p{N}_]))`;
const NUMBERS = [
  String.raw`-?${EDGE}\p{Nd}{1,3}(?:,\p{Nd}{3})+${EDGE}`,
  String.raw`-?\p{Nd}+(?:\.\p{Nd}+)?[eE][+\-]?\p{Nd}+`,
  String.raw`-?(?:\p{Nd}+\.\p{Nd}+|\.\p{Nd}+|\p{Nd}+${EDGE})(?![eE][+\-]?\p{Nd}+)(?![,\p{Nd}])`,
].map((source) => new RegExp(source, 'gu'));

const numbersIn = (text: string): string[] => NUMBERS.flatMap((pattern) => text.match(pattern) ?? []);

const INDICATORS = ['could be ', 'so ', 'is ', 'thus ', 'therefore ', 'final ', 'answer ', 'result '];
const TRIVIAL = [':', ',', '.', '!', '?', ';', "'"];

/** Tails of lines behind the words that announce an answer; the whole response where there are none. */
function keyPhrases(response: string): string[] {
  const text = strip(strip(response), '.').toLowerCase();
  const lines = text.split('\n');
  const phrases = lines.flatMap((line, i) => {
    const tails = [...INDICATORS, ...(i === lines.length - 1 ? ['='] : [])]
      .filter((indicator) => line.includes(indicator))
      .map((indicator) => strip(line.slice(line.lastIndexOf(indicator) + indicator.length)));
    // An empty tail is forgotten as soon as another one follows, as in the reference.
    const shortest = tails.reduce(
      (best, tail) => (best === '' || [...tail].length < [...best].length ? tail : best),
      '',
    );
    return shortest === '' || TRIVIAL.includes(shortest) ? [] : [shortest];
  });
  return phrases.length === 0 ? [text] : phrases;
}

/**
 * What a response to an open question may mean: its key phrases and the numbers in them, each once, numbers first.
 * Source: MMMU (bb0b95a), `parse_open_response`; ": ," and the like are no answers, numbers have two decimals (ties to even).
 */
export function mmmuOpenAnswers(response: string): OpenAnswer[] {
  const phrases = keyPhrases(response);
  const all = new Set([...phrases, ...phrases.flatMap(numbersIn)].flatMap(normalise));
  const numbers = [...all].filter((answer) => typeof answer === 'number').sort((a, b) => a - b);
  const texts = [...all].filter((answer) => typeof answer === 'string').sort(byCodePoint);
  return [...numbers, ...texts];
}

function byCodePoint(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  const at = left.findIndex((character, i) => character !== right[i]);
  if (at < 0) return left.length - right.length;
  return right[at] === undefined ? 1 : left[at]!.codePointAt(0)! - right[at].codePointAt(0)!;
}

/** Whether a number is equal to an accepted answer, or an accepted text stands in a text. Source: MMMU (bb0b95a), `eval_open`. */
export function mmmuOpenCorrect(response: string, accepted: string | readonly string[]): boolean {
  const wanted = [accepted].flat().flatMap(normalise);
  return mmmuOpenAnswers(response).some((answer) =>
    typeof answer === 'number'
      ? wanted.includes(answer)
      : wanted.some((text) => typeof text === 'string' && answer.includes(text)),
  );
}
