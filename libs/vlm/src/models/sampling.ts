import { uniformFloat64 } from 'pure-rand/distribution/uniformFloat64';
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import { namedSeed } from './initialise.js';

/** How next tokens are drawn. */
export interface Sampling {
  /** Logits are divided by it; above 0. */
  readonly temperature: number;
  /** Only the k largest logits stay (ties with the last of them too); null = all. */
  readonly topK: number | null;
  /** Only the likeliest tokens stay whose probabilities reach p together, at least one; null = all. */
  readonly topP: number | null;
  readonly seed: number;
}

/** Token of the largest logit; ties take the smaller id. */
export function largest(logits: Float32Array): number {
  let best = 0;
  for (let i = 1; i < logits.length; i += 1) if (logits[i]! > logits[best]!) best = i;
  return best;
}

/**
 * Probabilities of the next token after temperature, top-k and top-p, in this order; tokens that fall out have 0.
 * Source: transformers `TemperatureLogitsWarper`, `TopKLogitsWarper`, `TopPLogitsWarper`.
 */
export function samplingProbabilities(
  logits: Float32Array,
  { temperature, topK, topP }: Omit<Sampling, 'seed'>,
): Float64Array {
  const order = Array.from(logits.keys()).sort((a, b) => logits[b]! - logits[a]! || a - b);
  const limit = topK === null ? -Infinity : logits[order[Math.min(Math.max(1, topK), order.length) - 1]!]!;
  const highest = logits[order[0]!]!;
  const weights = Float64Array.from(logits, (logit) =>
    logit < limit ? 0 : Math.exp((logit - highest) / temperature),
  );
  if (topP !== null && topP < 1) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    // A token falls out when all tokens up to it, the least likely first, hold at most 1 - p: so when those before it hold p already.
    let before = 0;
    for (const [rank, token] of order.entries()) {
      const weight = weights[token]!;
      if (rank > 0 && before >= topP * total) weights[token] = 0;
      before += weight;
    }
  }
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}

/** Draws of one row; a function of the seed and the row's number alone. */
export function tokenSampler(sampling: Sampling, row: number): (logits: Float32Array) => number {
  const random = xoroshiro128plus(namedSeed(sampling.seed, `generate.${row}`));
  return (logits) => {
    const probabilities = samplingProbabilities(logits, sampling);
    let rest = uniformFloat64(random);
    let last = 0;
    for (const [token, probability] of probabilities.entries()) {
      if (probability === 0) continue;
      last = token;
      rest -= probability;
      if (rest < 0) return token;
    }
    return last;
  };
}
