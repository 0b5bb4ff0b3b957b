import type { EffectsView } from '@ablate/contracts';
import { interval, pValue, signed } from '../numbers.js';
import { csvLines } from './csv.js';
import { plain, seedWords, type PaperTable } from './paper-table.js';

/** The test behind intervals and p-values, in the terms of the field. */
export const methodWords: Readonly<Record<EffectsView['method'], string>> = {
  independent: 'ordinary least squares with sum-to-zero coding, t intervals',
  aggregate: 'ordinary least squares on one mean a shared training, t intervals',
  split:
    'ordinary least squares on one mean a shared training, and inside shared trainings for the other axes, t intervals',
  mixed: 'REML with a random effect for the shared training, Satterthwaite t intervals',
  pooled: 'pooled runs, since the variance between shared trainings is estimated as zero, t intervals',
  none: 'no model could be fitted',
};

/** Differences to the baseline as a paper prints them; those that noise hardly explains are bold. */
export function effectsTable(view: EffectsView): PaperTable {
  const { experiment, metric, differences, used, method, withheld, excluded } = view;
  const left = Object.entries(excluded).map(([state, n]) => `${n} ${state}`);
  return {
    head: ['axis', 'level', 'against', 'difference', '95 % interval', 'p', 'p (Holm)'],
    rows: differences.map(({ axis, level, baseline, estimate, lo, hi, p, pHolm, verdict }) => [
      plain(axis),
      plain(level),
      plain(baseline),
      { text: signed(estimate), mark: verdict === 'difference' ? 'best' : null },
      plain(interval(lo, hi)),
      plain(pValue(p)),
      plain(pValue(pHolm)),
    ]),
    caption: [
      `Effects on ${metric}: difference of each level to the baseline of its axis, the other axes weighted equally. `,
      `n = ${used} runs (${seedWords(view)}); ${methodWords[method]}; p by Student’s t, Holm-corrected over all differences. `,
      'Bold: the interval leaves out zero.',
      ...withheld.map(({ axis, reason }) => ` Withheld: ${axis}. ${reason}`),
      left.length > 0 ? ` Not counted: ${left.join(', ')}.` : '',
      ` Experiment ${experiment}.`,
    ].join(''),
  };
}

const FIELDS = ['estimate', 'se', 'df', 't', 'p', 'pHolm', 'lo', 'hi'] as const;

/** A row a difference, numbers in full precision. */
export const effectsCsv = ({ metric, differences }: EffectsView): string =>
  csvLines([
    ['metric', 'axis', 'level', 'baseline', ...FIELDS, 'verdict'],
    ...differences.map((one) => [
      metric,
      one.axis,
      one.level,
      one.baseline,
      ...FIELDS.map((field) => (one[field] === null ? '' : String(one[field]))),
      one.verdict,
    ]),
  ]);
