import { List } from '@mantine/core';
import type { EffectsView } from '@ablate/contracts';
import { useMemo, useRef } from 'react';
import { useDark } from '../../app/dark.js';
import { Figure } from '../../figures/figure.js';
import { forestOption, type ForestRow } from '../../figures/forest-option.js';
import { LazyChart } from '../../figures/lazy-chart.js';

interface Props {
  readonly effects: EffectsView;
  readonly name: string;
}

const tall = (rows: number): number => 64 + 36 * rows;

/** Differences of levels to the baseline's, with intervals and what they mean in a sentence each. */
export function DifferencesFigure({ effects, name }: Props) {
  const { metric, differences } = effects;
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const rows = useMemo(
    () =>
      differences.map(({ axis, level, baseline, estimate, lo, hi, pHolm }): ForestRow => ({
        label: `${axis}: ${level} against ${baseline}`,
        estimate,
        low: lo,
        high: hi,
        sure: pHolm !== null && pHolm < 0.05,
      })),
    [differences],
  );
  const option = useMemo(() => forestOption(rows, dark, `change of ${metric}`), [rows, dark, metric]);
  return (
    <Figure
      title="What each level changes"
      note="Estimated difference to the baseline's level over all runs, with its 95 % interval. Blue: not explained by noise after correcting for the number of questions asked; grey: could be noise, or cannot be told."
      table={{
        title: `Effects on ${metric} of ${name}`,
        head: ['axis', 'level', 'against', 'change', 'low (95 %)', 'high (95 %)', 'p', 'p (Holm)', 'verdict'],
        rows: differences.map(({ axis, level, baseline, estimate, lo, hi, p, pHolm, verdict }) => [
          axis,
          level,
          baseline,
          estimate,
          lo,
          hi,
          p,
          pHolm,
          verdict,
        ]),
      }}
      svg={() => drawing.current?.() ?? null}
    >
      <LazyChart
        option={option}
        height={tall(rows.length)}
        drawing={drawing}
        label={`Differences of ${metric} with intervals; the sentences below say the same`}
      />
      <List size="sm" spacing={2} mt="xs">
        {differences.map(({ axis, level, sentence }) => (
          <List.Item key={`${axis} ${level}`}>{sentence}</List.Item>
        ))}
      </List>
    </Figure>
  );
}

/** The same runs, pair by pair: all other axes and the seed equal. */
export function PairedFigure({ effects: { paired, metric }, name }: Props) {
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const pairs = useMemo(
    () => Object.entries(paired.byRun).flatMap(([axis, own]) => own.map((pair) => ({ axis, ...pair }))),
    [paired],
  );
  const rows = useMemo(
    () =>
      pairs.map(({ axis, level, baseline, mean, lo, hi, pHolm }): ForestRow => ({
        label: `${axis}: ${level} − ${baseline}`,
        estimate: mean,
        low: lo,
        high: hi,
        sure: pHolm !== null && pHolm < 0.05,
      })),
    [pairs],
  );
  const option = useMemo(() => forestOption(rows, dark, `difference of ${metric}`), [rows, dark, metric]);
  if (rows.length === 0) return null;
  return (
    <Figure
      title="Paired differences to the baseline"
      note="Runs that differ in one axis only, seed by seed; 95 % interval of the mean difference. Where seeds share a stage, pairs are nested: the figure above accounts for that, this one does not."
      table={{
        title: `Paired differences of ${metric} of ${name}`,
        head: [
          'axis',
          'level',
          'against',
          'pairs',
          'mean',
          'low (95 %)',
          'high (95 %)',
          'p',
          'p (Holm)',
          'dz',
        ],
        rows: pairs.map(({ axis, level, baseline, pairs: n, mean, lo, hi, p, pHolm, dz }) => [
          axis,
          level,
          baseline,
          n,
          mean,
          lo,
          hi,
          p,
          pHolm,
          dz,
        ]),
      }}
      svg={() => drawing.current?.() ?? null}
    >
      <LazyChart
        option={option}
        height={tall(rows.length)}
        drawing={drawing}
        label={`Paired differences of ${metric}; the button Table shows the numbers`}
      />
    </Figure>
  );
}
