import type { EffectsView } from '@ablate/contracts';
import { interval, significant, signedSignificant } from './format.js';
import { table, type Column } from './table.js';

const right = (title: string): Column => ({ title, align: 'right' });
const shown = (value: number | null): string => (value === null ? '—' : significant(value));
const signed = (value: number | null): string => (value === null ? '—' : signedSignificant(value));
const percent = (share: number | null): string => (share === null ? '—' : `${(share * 100).toFixed(1)} %`);
const pValue = (p: number | null): string => (p === null ? '—' : p < 0.0001 ? '< 0.0001' : p.toFixed(4));

/** Which axis explains how much: the analysis of variance. */
const terms = (view: EffectsView): string =>
  table(
    [
      { title: 'term' },
      right('df'),
      right('error df'),
      right('F'),
      right('p'),
      right('p (Holm)'),
      right('explains'),
    ],
    view.terms.map(({ term, df, dfFull, dfError, f, p, pHolm, eta2 }) => [
      term.join(' x '),
      df === dfFull ? String(df) : `${df} of ${dfFull}`,
      String(dfError),
      shown(f),
      pValue(p),
      pValue(pHolm),
      percent(eta2),
    ]),
  );

const differences = (view: EffectsView): string =>
  table(
    [
      { title: 'axis' },
      { title: 'level' },
      { title: 'against' },
      right('difference'),
      right('95 % interval'),
      right('p (Holm)'),
      { title: 'verdict' },
    ],
    view.differences.map(({ axis, level, baseline, estimate, lo, hi, pHolm, verdict }) => [
      axis,
      level,
      baseline,
      signed(estimate),
      interval(lo, hi, signedSignificant),
      pValue(pHolm),
      verdict,
    ]),
  );

const means = (view: EffectsView): string =>
  table(
    [{ title: 'axis' }, { title: 'level' }, right('mean'), right('95 % interval'), right('n')],
    view.means.map(({ axis, level, estimate, lo, hi, n }) => [
      axis,
      level,
      shown(estimate),
      interval(lo, hi, significant),
      String(n),
    ]),
  );

const interactions = (view: EffectsView): readonly string[] =>
  view.interactions.flatMap(({ axes, cells }) => [
    '',
    `${axes.join(' x ')}: mean, and what it differs by from the sum of the two main effects`,
    '',
    table(
      [...axes.map((axis) => ({ title: axis })), right('mean'), right('interaction'), right('95 % interval')],
      cells.map(({ levels, mean, interaction }) => [
        ...axes.map((axis) => levels[axis] ?? '—'),
        shown(mean.estimate),
        signed(interaction.estimate),
        interval(interaction.lo, interaction.hi, signedSignificant),
      ]),
    ),
  ]);

const section = (title: string, body: string, rows: number): readonly string[] =>
  rows === 0 ? [] : ['', title, '', body];

/** Which choice matters, and how sure that is. */
export function effectsView(view: EffectsView): string {
  const { seedNoise, used } = view;
  const noise =
    seedNoise.sd === null
      ? 'no cell ran twice, so noise between seeds is not known'
      : `noise between seeds: sd ${significant(seedNoise.sd)} ${interval(seedNoise.lo, seedNoise.hi, significant)}`;
  const smallest = view.axes.flatMap(({ name, detectable }) =>
    detectable === null ? [] : [`${name} ${significant(detectable)}`],
  );
  const constant = Object.entries(view.constant).map(([axis, level]) => `${axis} ${level}`);
  return [
    `${view.experiment}: ${view.metric} over ${used} runs; ${noise}.`,
    ...(view.because === null ? [] : [view.because]),
    ...section(
      'What each level changes against the baseline, the other axes weighted equally:',
      differences(view),
      view.differences.length,
    ),
    ...(view.differences.length === 0
      ? []
      : ['', ...view.differences.map(({ axis, sentence }) => `${axis}: ${sentence}`)]),
    ...section('Which axis explains how much:', terms(view), view.terms.length),
    ...section('Means by level:', means(view), view.means.length),
    ...interactions(view),
    '',
    ...(smallest.length === 0 ? [] : [`Smallest differences found with 80 % power: ${smallest.join(', ')}.`]),
    ...(constant.length === 0 ? [] : [`The same in every run: ${constant.join(', ')}.`]),
    ...view.aliases.map(({ sentence }) => `Confounded: ${sentence}`),
    ...view.withheld.map(({ axis, reason }) => `Withheld: ${axis}. ${reason}`),
    ...view.notes.map((note) => `Note: ${note}`),
  ]
    .join('\n')
    .trimEnd();
}
