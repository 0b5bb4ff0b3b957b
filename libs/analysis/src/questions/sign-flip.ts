/** Permutation test of a mean difference by flipping signs. */
export interface SignFlip {
  readonly difference: number;
  readonly pTwoSided: number;
  /** One-sided: a mean at least as large. */
  readonly pGreater: number;
  readonly permutations: number;
}

/** Sums closer than this are equal. */
const same = 1e-12;

/**
 * Share of sign patterns whose mean is at least as far from zero as the one observed. All 2^n patterns. Source: Good, Permutation,
 * Parametric and Bootstrap Tests, 3.2. Throws a RangeError for no difference or more than 24.
 */
export function signFlip(differences: readonly number[]): SignFlip {
  const n = differences.length;
  if (n === 0 || n > 24)
    throw new RangeError(`All sign patterns of ${n} differences: 1 to 24 can be counted.`);
  const observed = differences.reduce((sum, value) => sum + value, 0) / n;
  const permutations = 2 ** n;
  let [twoSided, greater] = [0, 0];
  for (let pattern = 0; pattern < permutations; pattern++) {
    let sum = 0;
    for (let i = 0; i < n; i++)
      sum += pattern & (1 << i) ? -(differences[i] as number) : (differences[i] as number);
    const mean = sum / n;
    if (Math.abs(mean) >= Math.abs(observed) - same) twoSided++;
    if (mean >= observed - same) greater++;
  }
  return {
    difference: observed,
    pTwoSided: twoSided / permutations,
    pGreater: greater / permutations,
    permutations,
  };
}

/**
 * The same from `draws` random patterns, the observed one counted among them (Phipson and Smyth 2010), for more differences than can be
 * counted. `random` gives numbers in [0, 1).
 */
export function signFlipSampled(
  differences: readonly number[],
  draws: number,
  random: () => number,
): SignFlip {
  const n = differences.length;
  if (n === 0) throw new RangeError('A permutation test needs a difference.');
  const observed = differences.reduce((sum, value) => sum + value, 0) / n;
  let [twoSided, greater] = [1, 1];
  for (let draw = 0; draw < draws; draw++) {
    let sum = 0;
    for (const value of differences) sum += random() < 0.5 ? -value : value;
    const mean = sum / n;
    if (Math.abs(mean) >= Math.abs(observed) - same) twoSided++;
    if (mean >= observed - same) greater++;
  }
  return {
    difference: observed,
    pTwoSided: twoSided / (draws + 1),
    pGreater: greater / (draws + 1),
    permutations: draws + 1,
  };
}
