import { Select, Text } from '@mantine/core';
import type { EffectsView, PivotView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { pivotQuery } from '../../api/queries.js';
import { useDark } from '../../app/dark.js';
import { useView } from '../../app/search.js';
import { Figure } from '../../figures/figure.js';
import { interactionOption } from '../../figures/interaction-option.js';
import { LazyChart } from '../../figures/lazy-chart.js';
import { value } from '../../format/numbers.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { TabProps } from './experiment-page.js';
import { placeOf, varying } from './pick-axes.js';

interface Props extends TabProps {
  readonly metric: string;
  readonly effects: EffectsView;
}

/** Means of two axes as lines: where they do not run alike, one choice depends on the other. */
export function InteractionFigures({ overview, metric, effects }: Props) {
  const [search, patch] = useView();
  const names = varying(overview.axes).map(({ name }) => name);
  const x = search['x'] ?? names[0] ?? '';
  const lines = search['lines'] ?? names.find((name) => name !== x) ?? '';
  const query = useQuery(pivotQuery(overview.id, x, lines, names.length < 2 ? undefined : metric));
  if (names.length < 2 || x === lines) return null;
  const axis = (label: string, key: string, chosen: string, other: string) => (
    <Select
      label={label}
      size="xs"
      w={190}
      data={names.filter((name) => name !== other)}
      value={chosen}
      allowDeselect={false}
      onChange={(next) => patch({ [key]: next ?? undefined })}
    />
  );
  const controls = (
    <>
      {axis('Across', 'x', x, lines)}
      {axis('Lines', 'lines', lines, x)}
    </>
  );
  return (
    <QueryView query={query} loading={<LoadingFigure height={360} />}>
      {(pivot) => <Plot pivot={pivot} controls={controls} effects={effects} />}
    </QueryView>
  );
}

interface PlotProps {
  readonly pivot: PivotView;
  readonly controls: React.ReactNode;
  readonly effects: EffectsView;
}

function Plot({ pivot, controls, effects }: PlotProps) {
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const { rows, columns, cells, metric, averagedOver, warning } = pivot;
  const option = useMemo(() => {
    const means = new Map(cells.map(({ row, column, mean }) => [placeOf(row, column), mean]));
    const lines = columns.levels.map((name) => ({
      name,
      means: rows.levels.map((row) => means.get(placeOf(row, name)) ?? null),
    }));
    return interactionOption(rows.levels, lines, metric, dark);
  }, [cells, columns, rows, metric, dark]);
  const term = effects.terms.find(
    ({ term: axes }) => axes.length === 2 && axes.includes(rows.axis) && axes.includes(columns.axis),
  );
  return (
    <Figure
      title={`Interaction of ${rows.axis} and ${columns.axis}`}
      note={`Means of ${metric}${averagedOver.length > 0 ? `, averaged over ${averagedOver.join(', ')}` : ''}. Parallel lines: the two choices do not depend on each other. ${warning ?? ''}`}
      table={{
        title: `${metric} by ${rows.axis} and ${columns.axis}`,
        head: [rows.axis, columns.axis, 'mean', 'low (95 %)', 'high (95 %)', 'runs'],
        rows: cells.map(({ row, column, mean, lo, hi, n }) => [row, column, mean, lo, hi, n]),
      }}
      svg={() => drawing.current?.() ?? null}
      controls={controls}
    >
      <LazyChart
        option={option}
        height={300}
        drawing={drawing}
        label={`Means of ${metric} by ${rows.axis} and ${columns.axis}; the button Table shows the numbers`}
      />
      <Text size="sm" mt={4}>
        {term
          ? term.p === null
            ? 'The runs cannot tell this interaction from noise.'
            : `Test of this interaction: p ${value(term.p)}${term.pHolm === null ? '' : `, ${value(term.pHolm)} after Holm's correction`}.`
          : 'Choose “With interactions” above to test it.'}
      </Text>
    </Figure>
  );
}
