/** Numbers as a report prints them. */

export const MISSING = '–';

/** Three significant digits, never in exponents: scores may be shares or points. */
export function shown(value: number | null | undefined): string {
  if (value === null || value === undefined) return MISSING;
  if (value === 0) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 6)).replace('-', '−');
}

export const signed = (value: number | null | undefined): string =>
  value === null || value === undefined || value <= 0 ? shown(value) : `+${shown(value)}`;

export const interval = (lo: number | null, hi: number | null, write = signed): string =>
  lo === null || hi === null ? MISSING : `${write(lo)} to ${write(hi)}`;

export const pValue = (p: number | null): string =>
  p === null ? MISSING : p < 0.0001 ? '< 0.0001' : p.toFixed(4);

export const percent = (share: number | null): string =>
  share === null ? MISSING : `${(share * 100).toFixed(1)} %`;

export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
