import { mean } from './mean.js';

const BETA = 1.2;

function longestCommon(a: readonly string[], b: readonly string[]): number {
  let row = new Array<number>(b.length + 1).fill(0);
  for (const word of a) {
    const next = [0];
    b.forEach((other, j) => next.push(word === other ? row[j]! + 1 : Math.max(row[j + 1]!, next[j]!)));
    row = next;
  }
  return row.at(-1)!;
}

function score(caption: string, references: readonly string[]): number {
  const own = caption.split(' ');
  const common = references.map((reference) => longestCommon(reference.split(' '), own));
  const precision = Math.max(...common.map((length) => length / own.length));
  const recall = Math.max(...common.map((length, i) => length / references[i]!.split(' ').length));
  if (precision === 0 || recall === 0) return 0;
  return ((1 + BETA ** 2) * precision * recall) / (recall + BETA ** 2 * precision);
}

/**
 * ROUGE-L of captions of tokens parted by single spaces: best precision and best recall of the longest common subsequence, taken over
 * the references separately. Source: Lin 2004; pycocoevalcap 1.2, rouge.py.
 */
export function rougeL(
  captions: readonly string[],
  references: readonly (readonly string[])[],
): { readonly scores: readonly number[]; readonly mean: number } {
  const scores = captions.map((caption, i) => score(caption, references[i]!));
  return { scores, mean: mean(scores) };
}
