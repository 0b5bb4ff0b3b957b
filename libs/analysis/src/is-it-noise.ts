import type { Estimate } from './linear/estimate.js';

/** What an interval was measured against: what varied between the things compared. */
export type ErrorSource = 'seeds' | 'stages' | 'interactions' | 'questions';

export type Verdict = 'difference' | 'could be noise' | 'cannot tell' | 'not estimable';

/** The answer to "is this difference noise?". */
export interface NoiseAnswer {
  readonly verdict: Verdict;
  readonly sentence: string;
}

export interface NoiseQuestion {
  /** The levels (or runs) compared: the estimate is `b` minus `a`. */
  readonly a: string;
  readonly b: string;
  readonly estimate: Pick<Estimate, 'estimable' | 'estimate' | 'lo' | 'hi' | 'p'>;
  readonly source: ErrorSource;
  /** The interval has level 1 - alpha. */
  readonly alpha?: number;
  /** Where nothing can be told apart: what the axis goes with, or which cells never ran. */
  readonly because?: string;
  /** Runs a level that would find a difference of this size with 80 % power. */
  readonly seedsNeeded?: number;
}

const noise: Readonly<Record<ErrorSource, string>> = {
  seeds: 'noise between seeds',
  stages: 'noise between runs of the shared stage',
  interactions: 'what differs from cell to cell',
  questions: 'the choice of questions',
};

/** Three significant digits, never in exponents for what scores are. */
const shown = (value: number): string => {
  const size = Math.abs(value);
  if (size === 0) return '0';
  const digits = Math.max(0, 2 - Math.floor(Math.log10(size)));
  return value.toFixed(Math.min(digits, 6));
};

/** A p-value as papers print it. */
export const shownP = (p: number): string =>
  p < 0.0001 ? 'p < 0.0001' : `p = ${p < 0.01 ? p.toFixed(4) : p.toFixed(3)}`;

/**
 * One sentence for one difference. Where every cell ran once the error is what the model leaves out, so the sentence says nothing of
 * seeds: their noise is not known there. A large p-value is no proof of equality, and is not called one.
 */
export function isItNoise(question: NoiseQuestion): NoiseAnswer {
  const { a, b, estimate, source, alpha = 0.05, because, seedsNeeded } = question;
  const { estimate: value, lo, hi, p } = estimate;
  if (!estimate.estimable || value === null)
    return {
      verdict: 'not estimable',
      sentence: `${b} and ${a} cannot be compared here${because === undefined ? '' : `: ${because}`}.`,
    };
  const side = value > 0 ? 'above' : value < 0 ? 'below' : 'level with';
  const gap = value === 0 ? `${b} is level with ${a}` : `${b} is ${shown(Math.abs(value))} ${side} ${a}`;
  if (lo === null || hi === null)
    return {
      verdict: 'cannot tell',
      sentence: `${gap}, and nothing says how much of that is noise: no run is left to estimate it from; add seeds.`,
    };
  const level = `${Number(((1 - alpha) * 100).toFixed(2))} %`;
  const range = `${level} interval ${shown(lo)} to ${shown(hi)}${p === null ? '' : `, ${shownP(p)}`}`;
  const caveat = source === 'interactions' ? '; each cell ran once, so noise between seeds is not known' : '';
  if (lo > 0 || hi < 0)
    return {
      verdict: 'difference',
      sentence: `${gap} (${range}): more than ${noise[source]} explains${caveat}.`,
    };
  const more =
    seedsNeeded !== undefined && Number.isFinite(seedsNeeded)
      ? `; a difference of this size takes ${seedsNeeded} runs a level to find with 80 % power`
      : '';
  return {
    verdict: 'could be noise',
    sentence: `${gap}, but the ${range} holds zero: ${noise[source]} may explain it${more}${caveat}.`,
  };
}
