import { Select, Stack, Text } from '@mantine/core';
import type { Comparison } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { cellsQuery, comparisonQuery } from '../../api/queries.js';
import { useDark } from '../../app/dark.js';
import { useView } from '../../app/search.js';
import { Figure } from '../../figures/figure.js';
import { LazyChart } from '../../figures/lazy-chart.js';
import { parallelOption } from '../../figures/parallel-option.js';
import { paretoOption } from '../../figures/scatter-option.js';
import { EmptyState } from '../../parts/empty-state.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { TabProps } from './experiment-page.js';
import { COSTS, parallelLines, spotsOf, type CostKey } from './tradeoffs.js';

/** Score against cost, and all choices and scores of a cell in one line. */
export default function TradeoffsTab({ overview }: TabProps) {
  const query = useQuery(comparisonQuery(overview.id));
  return (
    <QueryView query={query} loading={<LoadingFigure height={480} />}>
      {(comparison) =>
        comparison.cells.every(({ scores }) => scores.length === 0) ? (
          <EmptyState title="No score yet">The first finished evaluation puts a cell here.</EmptyState>
        ) : (
          <Stack gap="sm">
            <Pareto overview={overview} comparison={comparison} />
            <Parallel overview={overview} comparison={comparison} />
          </Stack>
        )
      }
    </QueryView>
  );
}

interface Props extends TabProps {
  readonly comparison: Comparison;
}

function Pareto({ overview, comparison }: Props) {
  const [search, patch] = useView();
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const cost = (Object.keys(COSTS) as CostKey[]).find((key) => key === search['cost']) ?? 'flops';
  const metric = comparison.benchmarks[0]?.metric ?? '';
  const { name, unit } = COSTS[cost];
  const spots = useMemo(() => spotsOf(comparison, metric, cost), [comparison, metric, cost]);
  const option = useMemo(
    () => paretoOption(spots, { x: name, xUnit: unit, y: metric }, dark),
    [spots, name, unit, metric, dark],
  );
  return (
    <Figure
      title={`${metric} against cost`}
      note={
        "The front: no other cell scores as well for less of this cost. Cost is of one run's trainings, shared ones in full."
      }
      table={{
        title: `${metric} and ${name} of ${overview.name}`,
        head: ['cell', metric, unit === '' ? name : `${name} (${unit})`, 'on the front'],
        rows: spots.map(({ label, x, y, front }) => [label, y, x, front ? 'yes' : 'no']),
      }}
      svg={() => drawing.current?.() ?? null}
      controls={
        <Select
          label="Cost"
          size="xs"
          w={200}
          data={Object.entries(COSTS).map(([value, { name: label }]) => ({ value, label }))}
          value={cost}
          allowDeselect={false}
          onChange={(next) => patch({ cost: next === 'flops' || next === null ? undefined : next })}
        />
      }
    >
      {spots.length === 0 ? (
        <Text size="sm">No cell has both a score and this cost yet.</Text>
      ) : (
        <LazyChart
          option={option}
          height={380}
          drawing={drawing}
          label={`${metric} against ${name} for ${spots.length} cells; the button Table shows the numbers`}
        />
      )}
    </Figure>
  );
}

function Parallel({ overview, comparison }: Props) {
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const { data: cells } = useQuery(cellsQuery(overview.id));
  const { axes, lines } = useMemo(
    () => parallelLines(overview.axes, comparison, cells ?? []),
    [overview.axes, comparison, cells],
  );
  const option = useMemo(() => parallelOption(axes, lines, dark), [axes, lines, dark]);
  return (
    <Figure
      title="Choices and scores, cell by cell"
      note="A line is a cell; dark scores low, light high on the first benchmark. Drag along an axis to keep a part of it."
      table={{
        title: `Choices and scores of ${overview.name}`,
        head: axes.map(({ name }) => name),
        rows: lines.map(({ values }) => values),
      }}
      svg={() => drawing.current?.() ?? null}
    >
      <LazyChart
        option={option}
        height={360}
        drawing={drawing}
        label={`Parallel coordinates of ${lines.length} cells; the button Table shows the numbers`}
      />
    </Figure>
  );
}
