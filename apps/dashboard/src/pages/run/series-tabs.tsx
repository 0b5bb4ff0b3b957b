import { SimpleGrid, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { runMetricsQuery, telemetryQuery } from '../../api/queries.js';
import { useDark } from '../../app/dark.js';
import { curvesOption } from '../../figures/curves-option.js';
import { Figure } from '../../figures/figure.js';
import { LazyChart } from '../../figures/lazy-chart.js';
import { PlainTable } from '../../figures/plain-table.js';
import { EmptyState } from '../../parts/empty-state.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { RunProps } from './run-page.js';

interface Line {
  readonly name: string;
  readonly points: readonly { readonly step: number; readonly value: number }[];
}

interface PanelProps {
  readonly title: string;
  readonly lines: readonly Line[];
}

/** One metric of a stage, or one measure of its attempts. */
function SeriesFigure({ title, lines }: PanelProps) {
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const option = useMemo(
    () =>
      curvesOption(
        lines.map(({ name, points }) => ({
          name,
          runs: 1,
          series: 1,
          points: points.map(({ step, value }) => ({ step, mean: value, n: 1, low: null, high: null })),
        })),
        '',
        { dark, log: false, bands: false },
      ),
    [lines, dark],
  );
  return (
    <Figure
      title={title}
      table={{
        title,
        head: ['series', 'step', 'value'],
        rows: lines.flatMap(({ name, points }) => points.map(({ step, value }) => [name, step, value])),
      }}
      svg={() => drawing.current?.() ?? null}
    >
      <LazyChart
        option={option}
        height={230}
        drawing={drawing}
        label={`${title} against the step; the button Table shows the numbers`}
      />
    </Figure>
  );
}

/** Every series of the run's trainings; what an evaluation measured is a table. */
export function SeriesTab({ run }: RunProps) {
  const query = useQuery(runMetricsQuery(run.id));
  const names = new Map(run.stageList.map(({ key, stage }) => [key, stage]));
  return (
    <QueryView query={query} loading={<LoadingFigure height={360} />}>
      {(series) => {
        if (series.length === 0)
          return (
            <EmptyState title="No metric yet">The first points come as soon as a stage has begun.</EmptyState>
          );
        const curves = series.filter(({ points }) => points.length > 1);
        const single = series.filter(({ points }) => points.length === 1);
        const table = {
          title: `Scores of ${run.id}`,
          head: ['metric', 'value'],
          rows: single.map(({ name, points }) => [name, points[0]!.value]),
        };
        return (
          <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
            {curves.map(({ stage, name, points }) => (
              <SeriesFigure
                key={`${stage} ${name}`}
                title={`${names.get(stage) ?? stage}/${name}`}
                lines={[{ name, points }]}
              />
            ))}
            {single.length > 0 && (
              <Figure tabular title="Scores" table={table}>
                <PlainTable table={table} />
              </Figure>
            )}
          </SimpleGrid>
        );
      }}
    </QueryView>
  );
}

/** Speed and memory of the attempts, which say nothing about the result. */
export function TelemetryTab({ run }: RunProps) {
  const query = useQuery(telemetryQuery(run.id));
  const names = new Map(
    run.stageList.flatMap(({ stage, attemptList }) =>
      attemptList.map(({ id, number }) => [id, `${stage}, attempt ${number}`]),
    ),
  );
  return (
    <QueryView query={query} loading={<LoadingFigure height={360} />}>
      {(series) => {
        const measures = [...new Set(series.map(({ name }) => name))];
        if (measures.length === 0)
          return <EmptyState title="No telemetry yet">Attempts send it while they run.</EmptyState>;
        return (
          <>
            <Text size="sm" c="dimmed" mb="xs">
              Measured by each attempt; another machine gives other numbers and the same result.
            </Text>
            <SimpleGrid cols={{ base: 1, lg: 2 }} spacing="sm">
              {measures.map((measure) => (
                <SeriesFigure
                  key={measure}
                  title={measure}
                  lines={series
                    .filter(({ name }) => name === measure)
                    .map(({ attempt, points }) => ({ name: names.get(attempt) ?? attempt, points }))}
                />
              ))}
            </SimpleGrid>
          </>
        );
      }}
    </QueryView>
  );
}
