import { words } from './python-text.js';

const LONGEST = 4;
/** Keep a quotient of nothing at nothing. Source: bleu_scorer.py. */
const TINY = 1e-15;
const SMALL = 1e-9;

interface Counts {
  readonly length: number;
  readonly closest: number;
  readonly guessed: readonly number[];
  readonly correct: readonly number[];
}

function gramsOf(tokens: readonly string[]): ReadonlyMap<string, number>[] {
  return Array.from({ length: LONGEST }, (_, i) => {
    const counts = new Map<string, number>();
    for (let start = 0; start + i < tokens.length; start += 1) {
      const gram = tokens.slice(start, start + i + 1).join(' ');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return counts;
  });
}

function count(caption: string, references: readonly string[]): Counts {
  const tokens = words(caption);
  const { length } = tokens;
  const wanted = references.map(words);
  const grams = wanted.map(gramsOf);
  const closest = wanted
    .map((reference) => reference.length)
    .reduce((best, l) => {
      const nearer = Math.abs(l - length) - Math.abs(best - length);
      return nearer < 0 || (nearer === 0 && l < best) ? l : best;
    });
  return {
    length,
    closest,
    guessed: Array.from({ length: LONGEST }, (_, i) => Math.max(0, length - i)),
    correct: gramsOf(tokens).map((level, i) =>
      [...level].reduce(
        (total, [gram, times]) =>
          total + Math.min(times, Math.max(...grams.map((reference) => reference[i]!.get(gram) ?? 0))),
        0,
      ),
    ),
  };
}

function scoresOf({ length, closest, guessed, correct }: Counts): number[] {
  const ratio = (length + TINY) / (closest + SMALL);
  const penalty = ratio < 1 ? Math.exp(1 - 1 / ratio) : 1;
  let product = 1;
  return correct.map((right, i) => {
    product *= (right + TINY) / (guessed[i]! + SMALL);
    return product ** (1 / (i + 1)) * penalty;
  });
}

const add = (a: readonly number[], b: readonly number[]): number[] => a.map((value, i) => value + b[i]!);

/**
 * BLEU-1 to BLEU-4 of captions of tokens parted by spaces, by caption and of the corpus (counts summed); the reference length is the
 * closest one, of two the shorter. Source: Papineni et al. 2002; pycocoevalcap 1.2, bleu_scorer.py.
 */
export function bleu(
  captions: readonly string[],
  references: readonly (readonly string[])[],
): { readonly scores: readonly (readonly number[])[]; readonly corpus: readonly number[] } {
  const counts = captions.map((caption, i) => count(caption, references[i]!));
  const total = counts.reduce((a, b) => ({
    length: a.length + b.length,
    closest: a.closest + b.closest,
    guessed: add(a.guessed, b.guessed),
    correct: add(a.correct, b.correct),
  }));
  return { scores: counts.map(scoresOf), corpus: scoresOf(total) };
}
