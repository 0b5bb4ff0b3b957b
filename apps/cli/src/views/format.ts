/** Numbers for people. */

const UNITS = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** (1234567, "B") -> `1.23 MB`. */
export function amount(value: number, of: string): string {
  let left = value;
  let unit = 0;
  while (Math.abs(left) >= 1000 && unit < UNITS.length - 1) {
    left /= 1000;
    unit += 1;
  }
  return `${unit === 0 ? String(Math.round(left)) : left.toPrecision(3)} ${UNITS[unit]}${of}`;
}

export const bytes = (value: number): string => amount(value, 'B');

/** 75.2 -> `1m 15s`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [d, h, m, s] = [
    Math.floor(whole / 86400),
    Math.floor((whole % 86400) / 3600),
    Math.floor((whole % 3600) / 60),
    whole % 60,
  ];
  if (d > 0) return `${d}d ${h}h`;
  if (h > 0) return `${h}h ${m}m`;
  return m > 0 ? `${m}m ${s}s` : `${s}s`;
}

/** A score: three decimals. */
export const score = (value: number): string => value.toFixed(3);
export const signed = (value: number): string => `${value < 0 ? '-' : '+'}${Math.abs(value).toFixed(3)}`;
/** Three significant digits, never in exponents: scores may be shares or points. */
export function significant(value: number): string {
  if (value === 0) return '0';
  const decimals = Math.max(0, 2 - Math.floor(Math.log10(Math.abs(value))));
  return value.toFixed(Math.min(decimals, 6));
}
export const signedSignificant = (value: number): string =>
  `${value < 0 ? '-' : '+'}${significant(Math.abs(value))}`;
/** `[low, high]`, or a dash where a spread needs more values. */
export const interval = (low: number | null, high: number | null, write = score): string =>
  low === null || high === null ? '—' : `[${write(low)}, ${write(high)}]`;

export const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;

/** A bar of `size` cells. */
export function bar(share: number, size = 24): string {
  const full = Math.round(Math.min(1, Math.max(0, share)) * size);
  return '█'.repeat(full) + '░'.repeat(size - full);
}
