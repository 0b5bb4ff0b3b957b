import { pairedT, type PairedT } from '../paired/paired-t.js';
import { resamples, seededRandom } from '../random.js';
import { bootstrapMean, type Bootstrap } from './bootstrap.js';
import { mcnemar, type McNemar } from './mcnemar.js';
import { signFlip, signFlipSampled, type SignFlip } from './sign-flip.js';

/** Two runs over the same questions of one benchmark. Says which of these two runs is better, not which design: there is one seed each. */
export interface QuestionsComparison {
  readonly questions: number;
  readonly firstMean: number;
  readonly secondMean: number;
  /** Second minus first. */
  readonly difference: number;
  readonly pairedT: PairedT;
  readonly bootstrap: Omit<Bootstrap, 'means'>;
  readonly signFlip: SignFlip;
  /** Where all marks are 0 or 1; null else. */
  readonly table: { readonly bothRight: number; readonly bothWrong: number } | null;
  readonly mcnemar: McNemar | null;
}

export interface QuestionsOptions {
  readonly alpha?: number;
  /** Resamples of the bootstrap, and random patterns where all cannot be counted. */
  readonly draws?: number;
  readonly seed?: number;
}

/** Differences, rounded so that 0.1 + 0.2 ties with 0.3. Throws a RangeError for unequal numbers of questions or none. */
export function questionDifferences(first: readonly number[], second: readonly number[]): number[] {
  if (first.length !== second.length || first.length === 0)
    throw new RangeError(`${first.length} marks cannot be paired with ${second.length}.`);
  return first.map((mark, i) => Number(((second[i] as number) - mark).toFixed(10)));
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Marks of the same questions in the same order, 0 to 1 each. */
export function compareQuestions(
  first: readonly number[],
  second: readonly number[],
  { alpha = 0.05, draws = 2000, seed = 1 }: QuestionsOptions = {},
): QuestionsComparison {
  const differences = questionDifferences(first, second);
  const n = differences.length;
  const random = seededRandom(seed);
  const binary = [...first, ...second].every((mark) => mark === 0 || mark === 1);
  const count = (a: number, b: number): number =>
    first.filter((mark, i) => mark === a && second[i] === b).length;
  const { means: _means, ...bootstrap } = bootstrapMean(differences, resamples(n, draws, random), alpha);
  return {
    questions: n,
    firstMean: mean(first),
    secondMean: mean(second),
    difference: mean(differences),
    pairedT: pairedT(differences, alpha),
    bootstrap,
    signFlip: n <= 16 ? signFlip(differences) : signFlipSampled(differences, draws, random.uniform),
    table: binary ? { bothRight: count(1, 1), bothWrong: count(0, 0) } : null,
    mcnemar: binary ? mcnemar(count(1, 0), count(0, 1)) : null,
  };
}
