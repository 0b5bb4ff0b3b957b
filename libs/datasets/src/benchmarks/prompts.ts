const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Instructions that LLaVA, TinyLLaVA Factory and lmms-eval add to questions. */
export const SHORT_ANSWER = '\nAnswer the question using a single word or phrase.';
export const LETTER = "\nAnswer with the option's letter from the given choices directly.";

export const letterOf = (index: number): string => ALPHABET[index]!;

/** Options on lines of their own: "A. a cat". */
export const lettered = (options: readonly string[]): string =>
  options.map((option, i) => `${letterOf(i)}. ${option}`).join('\n');

/** The most frequent text, the first one of several. */
export function mostFrequent(texts: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  return [...counts].reduce((best, other) => (other[1] > best[1] ? other : best))[0];
}
