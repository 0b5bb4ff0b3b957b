/** Byte-level BPE, trained from scratch. Source: Sennrich et al. 2016; GPT-2's byte alphabet and split pattern. */

/** GPT-2's pre-tokenizer. */
const SPLIT = /'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+/gu;

/** Printable stand-ins for the 256 bytes. Source: openai/gpt-2 `bytes_to_unicode`. */
export const BYTE_ALPHABET: readonly string[] = (() => {
  const printable = (byte: number): boolean =>
    (byte >= 33 && byte <= 126) || (byte >= 161 && byte <= 172) || byte >= 174;
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => String.fromCodePoint(printable(byte) ? byte : next++));
})();

export interface Bpe {
  /** Tokens in order of their ids, special ones first. */
  readonly tokens: readonly string[];
  readonly merges: readonly (readonly [string, string])[];
}

interface Word {
  readonly symbols: string[];
  readonly count: number;
}

function countWords(texts: readonly string[]): Word[] {
  const counts = new Map<string, number>();
  for (const text of texts)
    for (const [word] of text.matchAll(SPLIT)) counts.set(word, (counts.get(word) ?? 0) + 1);
  const encoder = new TextEncoder();
  return [...counts]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([word, count]) => ({
      symbols: Array.from(encoder.encode(word), (byte) => BYTE_ALPHABET[byte]!),
      count,
    }));
}

/** Pairs of neighbours over all words: how often, and in which words. */
class PairIndex {
  private readonly counts = new Map<string, number>();
  private readonly places = new Map<string, Set<Word>>();

  constructor(words: readonly Word[]) {
    for (const word of words) this.count(word, 1);
  }

  /** The most frequent pair, the smaller one where two are equal; null when no pair occurs twice. */
  best(): [string, string] | null {
    let best: string | null = null;
    let most = 1;
    for (const [pair, count] of this.counts) {
      if (count > most || (count === most && best !== null && pair < best)) [best, most] = [pair, count];
    }
    return best === null ? null : (best.split(' ') as [string, string]);
  }

  /** Joins a pair wherever it occurs. */
  merge([left, right]: readonly [string, string]): void {
    for (const word of [...(this.places.get(`${left} ${right}`) ?? [])]) {
      this.count(word, -1);
      const { symbols } = word;
      for (let i = 0; i + 1 < symbols.length; i += 1) {
        if (symbols[i] === left && symbols[i + 1] === right) symbols.splice(i, 2, left + right);
      }
      this.count(word, 1);
    }
  }

  private count(word: Word, sign: 1 | -1): void {
    const { symbols } = word;
    for (let i = 0; i + 1 < symbols.length; i += 1) {
      const pair = `${symbols[i]} ${symbols[i + 1]}`;
      const count = (this.counts.get(pair) ?? 0) + sign * word.count;
      if (count === 0) this.counts.delete(pair);
      else this.counts.set(pair, count);
      const words = this.places.get(pair) ?? new Set();
      if (sign > 0) this.places.set(pair, words.add(word));
      else words.delete(word);
    }
  }
}

/** Trains on texts until the vocabulary has `size` tokens. Deterministic: ties take the smaller pair. */
export function trainBpe(texts: readonly string[], special: readonly string[], size: number): Bpe {
  const pairs = new PairIndex(countWords(texts));
  const tokens = [...special, ...BYTE_ALPHABET];
  const merges: [string, string][] = [];
  while (tokens.length < size) {
    const pair = pairs.best();
    if (!pair) break;
    merges.push(pair);
    tokens.push(pair.join(''));
    pairs.merge(pair);
  }
  return { tokens, merges };
}
