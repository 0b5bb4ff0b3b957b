/** Numbers for people: a unit and as many digits as mean something. */

export const MISSING = '—';

const PREFIXES = ['', 'k', 'M', 'G', 'T', 'P', 'E'];

/** 1234567 -> `1.23 M`; below a thousand as it is. */
export function amount(value: number, unit = ''): string {
  let left = value;
  let prefix = 0;
  while (Math.abs(left) >= 999.5 && prefix < PREFIXES.length - 1) {
    left /= 1000;
    prefix += 1;
  }
  const digits = prefix === 0 ? String(Math.round(left)) : left.toPrecision(3);
  return `${digits} ${PREFIXES[prefix]}${unit}`.trimEnd();
}

export const bytes = (value: number): string => amount(value, 'B');

/** 75.2 -> `1m 15s`; two units at most. */
export function duration(seconds: number): string {
  if (seconds > 0 && seconds < 10) return `${seconds.toFixed(1)}s`;
  const whole = Math.max(0, Math.round(seconds));
  const parts: [number, string][] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor((whole % 86_400) / 3600), 'h'],
    [Math.floor((whole % 3600) / 60), 'm'],
    [whole % 60, 's'],
  ];
  const first = parts.findIndex(([n]) => n > 0);
  if (first === -1) return '0s';
  return parts
    .slice(first, first + 2)
    .filter(([n], i) => i === 0 || n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join(' ');
}

/** A metric's value: four significant digits, scores with three decimals. */
export function value(number: number | null | undefined): string {
  if (number === null || number === undefined || Number.isNaN(number)) return MISSING;
  if (Number.isInteger(number) && Math.abs(number) >= 10) return number.toLocaleString('en');
  const size = Math.abs(number);
  if (size !== 0 && (size < 0.001 || size >= 100_000)) return number.toExponential(2);
  return size < 10 ? number.toFixed(3) : number.toPrecision(4);
}

export const signed = (number: number | null | undefined): string =>
  number === null || number === undefined ? MISSING : `${number < 0 ? '−' : '+'}${value(Math.abs(number))}`;

/** `[low, high]`, or a dash where a spread needs more values. */
export const interval = (
  low: number | null | undefined,
  high: number | null | undefined,
  write: (number: number) => string = value,
): string => (low == null || high == null ? MISSING : `[${write(low)}, ${write(high)}]`);

export const percent = (share: number): string => `${Math.floor(share * 100)} %`;

export const plural = (n: number, word: string, many = `${word}s`): string =>
  `${n.toLocaleString('en')} ${n === 1 ? word : many}`;

/** A key as people read it: enough of its beginning. */
export const short = (key: string): string => key.slice(0, 10);
