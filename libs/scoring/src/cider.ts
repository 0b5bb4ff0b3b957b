import { mean } from './mean.js';

const LONGEST = 4;
const SIGMA = 6;
const SCALE = 10;

/** Counts or weights of n-grams (tokens joined by a space), a map for every n from 1 to 4. */
type NGrams = readonly ReadonlyMap<string, number>[];

/**
 * Lower-case words of letters and digits; apostrophes within a word stay, other marks part words.
 * The published captioning numbers come from Stanford's PTB tokeniser instead, which parts "it 's" and "is n't", keeps "4.5",
 * "black-and-white" and "&", and writes brackets as "-lrb-": scores are comparable only with scores made here.
 */
export const captionTokens = (text: string): string[] =>
  text.toLowerCase().match(/[\p{L}\p{N}]+(?:'[\p{L}\p{N}]+)*/gu) ?? [];

function countNGrams(tokens: readonly string[]): NGrams {
  return Array.from({ length: LONGEST }, (_, i) => {
    const counts = new Map<string, number>();
    for (let start = 0; start + i < tokens.length; start += 1) {
      const gram = tokens.slice(start, start + i + 1).join(' ');
      counts.set(gram, (counts.get(gram) ?? 0) + 1);
    }
    return counts;
  });
}

/** In how many samples an n-gram occurs in some reference; words hold no spaces, so lengths never meet. */
function documentFrequency(samples: readonly (readonly NGrams[])[]): ReadonlyMap<string, number> {
  const frequency = new Map<string, number>();
  for (const references of samples) {
    const seen = new Set(references.flatMap((grams) => grams.flatMap((counts) => [...counts.keys()])));
    for (const gram of seen) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
  }
  return frequency;
}

interface Weighted {
  readonly weights: NGrams;
  readonly norms: readonly number[];
  /** The number of 2-grams, which is what the source penalises. */
  readonly length: number;
}

function weigh(grams: NGrams, frequency: ReadonlyMap<string, number>, samples: number): Weighted {
  const weights = grams.map(
    (counts) =>
      new Map(
        [...counts].map(([gram, count]) => [
          gram,
          count * (Math.log(samples) - Math.log(frequency.get(gram) ?? 1)),
        ]),
      ),
  );
  return {
    weights,
    norms: weights.map((level) => Math.hypot(...level.values())),
    length: [...grams[1]!.values()].reduce((sum, count) => sum + count, 0),
  };
}

function similarity(candidate: Weighted, reference: Weighted): number {
  const penalty = Math.exp(-((candidate.length - reference.length) ** 2) / (2 * SIGMA ** 2));
  const cosines = candidate.weights.map((level, i) => {
    const norm = candidate.norms[i]! * reference.norms[i]!;
    let product = 0;
    for (const [gram, weight] of level) {
      const wanted = reference.weights[i]!.get(gram) ?? 0;
      product += Math.min(weight, wanted) * wanted;
    }
    return norm === 0 ? 0 : product / norm;
  });
  return penalty * mean(cosines);
}

/** CIDEr-D of captions that are tokens already; see `cider`. */
export function ciderOfTokens(
  candidates: readonly (readonly string[])[],
  references: readonly (readonly (readonly string[])[])[],
): { readonly scores: readonly number[]; readonly mean: number } {
  const grams = references.map((texts) => texts.map(countNGrams));
  const frequency = documentFrequency(grams);
  const scores = candidates.map((tokens, sample) => {
    const candidate = weigh(countNGrams(tokens), frequency, candidates.length);
    const each = grams[sample]!.map((reference) =>
      similarity(candidate, weigh(reference, frequency, candidates.length)),
    );
    return SCALE * mean(each);
  });
  return { scores, mean: mean(scores) };
}

/**
 * CIDEr-D of captions, each against its sample's references, 0 to 10: cosines of tf-idf vectors of 1- to 4-grams with clipped counts,
 * times a Gaussian penalty of the difference in length (sigma 6), averaged over n and references, times 10. Document frequencies are
 * those of the given references, so a single sample scores 0 and a caption's score depends on its company. Tokens: `captionTokens`.
 * At least one sample, and one reference to each. Source: Vedantam et al. 2015; pycocoevalcap 1.2, cider_scorer.py.
 */
export const cider = (
  candidates: readonly string[],
  references: readonly (readonly string[])[],
): { readonly scores: readonly number[]; readonly mean: number } =>
  ciderOfTokens(
    candidates.map(captionTokens),
    references.map((texts) => texts.map(captionTokens)),
  );
