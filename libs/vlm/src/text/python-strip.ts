const WHITE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]/;

/** Python's `str.strip()`: unlike `trim` it removes U+001C..U+001F and U+0085, and keeps U+FEFF. */
export function pythonStrip(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && WHITE.test(text[start]!)) start += 1;
  while (end > start && WHITE.test(text[end - 1]!)) end -= 1;
  return text.slice(start, end);
}

/** Python's `str.split()`: words between runs of white space. */
export const pythonWords = (text: string): string[] =>
  text.split(new RegExp(`${WHITE.source}+`)).filter((word) => word !== '');
