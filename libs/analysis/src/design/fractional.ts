export interface Word {
  readonly word: string;
  readonly sign: 1 | -1;
}
export interface Alias {
  readonly effect: string;
  readonly sign: 1 | -1;
}
/** A regular two-level fraction. Factors are single letters, levels -1 and 1. */
export interface FractionalDesign {
  readonly factors: readonly string[];
  readonly generators: readonly string[];
  readonly runs: readonly (readonly (1 | -1)[])[];
  readonly nRuns: number;
  /** Products of factors that are constant over the runs, by length, then alphabet. */
  readonly definingRelation: readonly Word[];
  /** Length of the shortest word; null for a full factorial. */
  readonly resolution: number | null;
  /** Number of words of each length from 3 (or the shortest). */
  readonly wordLengthPattern: Readonly<Record<string, number>>;
  /** For every main effect and two-factor interaction, the others that cannot be told from it. */
  readonly aliasesUpToTwoFactor: Readonly<Record<string, readonly Alias[]>>;
  readonly mainClearOfTwoFactor: readonly string[];
  readonly twoFactorClear: readonly string[];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ';
const byLength = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);

/**
 * The fraction of `count` factors whose generators are like `D=AB` or `D=-AB`; factors without a generator run through all combinations.
 * Source: Box, Hunter and Hunter, Statistics for Experimenters, ch. 6. Throws a RangeError for a generator that is not of this form.
 */
export function fractionalDesign(count: number, generators: readonly string[]): FractionalDesign {
  if (!(count >= 1 && count <= alphabet.length)) throw new RangeError(`1 to 26 factors, not ${count}.`);
  const factors = [...alphabet.slice(0, count)];
  const bit = (letter: string): number => 1 << factors.indexOf(letter);
  const made = generators.map((text) => {
    const match = /^\s*([A-Z])\s*=\s*([+-]?)\s*([A-Z]+)\s*$/.exec(text);
    const [, target = '', sign, word = ''] = match ?? [];
    if (!match || ![target, ...word].every((letter) => factors.includes(letter)))
      throw new RangeError(`'${text}' is no generator of ${factors.join('')}: write D=AB or D=-AB.`);
    return { target, sign: sign === '-' ? (-1 as const) : (1 as const), word: [...word] };
  });
  const targets = new Set(made.map(({ target }) => target));
  if (targets.size < made.length) throw new RangeError('A factor has two generators.');
  const free = factors.filter((factor) => !targets.has(factor));
  for (const { target, word } of made)
    if (!word.every((letter) => free.includes(letter)))
      throw new RangeError(`The generator of ${target} may name ${free.join('')} only.`);

  const words = new Map<number, 1 | -1>([[0, 1]]);
  for (const { target, sign, word } of made) {
    const mask = word.reduce((sum, letter) => sum ^ bit(letter), bit(target));
    for (const [other, otherSign] of [...words]) words.set(other ^ mask, (otherSign * sign) as 1 | -1);
  }
  const name = (mask: number): string => factors.filter((letter) => mask & bit(letter)).join('');
  const definingRelation = [...words]
    .filter(([mask]) => mask !== 0)
    .map(([mask, sign]): Word => ({ word: name(mask), sign }))
    .sort((a, b) => byLength(a.word, b.word));
  const lengths = definingRelation.map(({ word }) => word.length);
  const shortest = lengths.length > 0 ? Math.min(...lengths) : null;

  const effects = [...factors.keys()].flatMap((i) => [
    1 << i,
    ...Array.from({ length: count - i - 1 }, (_, j) => (1 << i) | (1 << (i + 1 + j))),
  ]);
  const sorted = effects.sort((a, b) => byLength(name(a), name(b)));
  const aliases = sorted.map((effect): [string, Alias[]] => [
    name(effect),
    sorted.flatMap((other): Alias[] => {
      const sign = words.get(effect ^ other);
      return other === effect || sign === undefined ? [] : [{ effect: name(other), sign }];
    }),
  ]);
  const clear = (length: number): string[] =>
    aliases.flatMap(([effect, others]) => (effect.length === length && others.length === 0 ? [effect] : []));
  const runs = Array.from({ length: 2 ** free.length }, (_, run) => {
    const level = new Map<string, 1 | -1>(
      free.map((letter, i) => [letter, run & (1 << (free.length - 1 - i)) ? 1 : -1]),
    );
    for (const { target, sign, word } of made)
      level.set(
        target,
        word.reduce<number>((product, letter) => product * (level.get(letter) ?? 1), sign) as 1 | -1,
      );
    return factors.map((letter) => level.get(letter) as 1 | -1);
  });
  return {
    factors,
    generators,
    runs,
    nRuns: runs.length,
    definingRelation,
    resolution: shortest,
    wordLengthPattern: Object.fromEntries(
      Array.from({ length: count }, (_, i) => i + 1)
        .filter((length) => length >= Math.min(3, shortest ?? 3))
        .map((length) => [length, lengths.filter((one) => one === length).length]),
    ),
    aliasesUpToTwoFactor: Object.fromEntries(aliases),
    mainClearOfTwoFactor: clear(1),
    twoFactorClear: clear(2),
  };
}
