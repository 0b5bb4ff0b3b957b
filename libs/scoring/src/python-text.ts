const WHITE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;
const RUNS = new RegExp(`${WHITE.source}+`);

/** Characters taken off both ends of a text: Python's `str.strip(characters)`; without `characters` its white space. */
export function strip(text: string, characters?: string): string {
  const goes = (character: string): boolean =>
    characters === undefined ? WHITE.test(character) : characters.includes(character);
  let start = 0;
  let end = text.length;
  while (start < end && goes(text[start]!)) start += 1;
  while (end > start && goes(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/** Python's `str.split()`: words between runs of white space. */
export const words = (text: string): string[] => text.split(RUNS).filter((word) => word !== '');

/** The 32 ASCII marks of Python's `string.punctuation`. */
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/g;
export const withoutPunctuation = (text: string): string => text.replaceAll(ASCII_PUNCTUATION, '');

/** Decimal digits of any script as 0 to 9: blocks of ten in Unicode. */
const asciiDigits = (text: string): string =>
  text.replaceAll(/\p{Nd}/gu, (digit) => {
    const code = digit.codePointAt(0)!;
    let zero = code;
    while (code - zero < 9 && /\p{Nd}/u.test(String.fromCodePoint(zero - 1))) zero -= 1;
    return String((code - zero) % 10);
  });

const FLOAT = /^[+-]?(?:(?:\d+(?:_\d+)*)?\.?(?:\d+(?:_\d+)*)?(?:[eE][+-]?\d+(?:_\d+)*)?)$/;
const NAMED = /^([+-]?)(inf|infinity|nan)$/i;

/** Python's `float(text)`; null where that raises. */
export function pythonFloat(text: string): number | null {
  const bare = asciiDigits(strip(text));
  const named = NAMED.exec(bare);
  if (named) {
    if (named[2]!.toLowerCase() === 'nan') return NaN;
    return named[1] === '-' ? -Infinity : Infinity;
  }
  if (!FLOAT.test(bare) || !/^[+-]?\.?\d/.test(bare)) return null;
  return Number(bare.replaceAll('_', ''));
}

/** Python's `round(value, 2)`: the exact binary value, ties to even. */
export function roundToCents(value: number): number {
  if (!Number.isFinite(value) || Math.abs(value) >= 2 ** 52) return value;
  const text = Math.abs(value).toFixed(2);
  // toFixed takes the exact binary value too, but sends exact ties away from zero.
  const scaled = Math.abs(value) * 8;
  const tie = Number.isInteger(scaled) && scaled % 2 === 1;
  const cents = Math.floor(Math.abs(value) * 100);
  const rounded = tie ? (cents % 2 === 0 ? cents : cents + 1) / 100 : Number(text);
  return value < 0 || Object.is(value, -0) ? -rounded : rounded;
}
