import { value } from '../format/numbers.js';

/** What all charts have in common: inks that read on both themes, numbers as everywhere. */
export interface Inks {
  readonly ink: string;
  readonly quiet: string;
  readonly line: string;
  readonly panel: string;
}

export const inks = (dark: boolean): Inks =>
  dark
    ? { ink: '#e3e8ed', quiet: '#a9b3bd', line: '#39404a', panel: '#1d2229' }
    : { ink: '#1c2329', quiet: '#54606c', line: '#d7dde3', panel: '#ffffff' };

export function axisStyle(dark: boolean) {
  const { quiet, line } = inks(dark);
  return {
    axisLabel: { color: quiet, hideOverlap: true },
    axisLine: { lineStyle: { color: line } },
    axisTick: { lineStyle: { color: line } },
    splitLine: { lineStyle: { color: line } },
    nameTextStyle: { color: quiet },
  };
}

export function baseOption(dark: boolean) {
  const { ink, line, panel } = inks(dark);
  return {
    // No quotes: an exported drawing puts this into an attribute as it is.
    textStyle: { fontFamily: 'system-ui, DejaVu Sans, sans-serif', color: ink },
    tooltip: {
      confine: true,
      backgroundColor: panel,
      borderColor: line,
      textStyle: { color: ink, fontSize: 12 },
      valueFormatter: (number: unknown) => (typeof number === 'number' ? value(number) : String(number)),
    },
    legend: {
      type: 'scroll' as const,
      top: 0,
      textStyle: { color: ink },
      pageTextStyle: { color: ink },
      pageIconColor: ink,
    },
  };
}
