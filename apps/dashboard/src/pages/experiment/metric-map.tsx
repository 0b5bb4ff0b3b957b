import { Text } from '@mantine/core';
import type { PivotView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { comparisonQuery, pivotQuery } from '../../api/queries.js';
import { useDark } from '../../app/dark.js';
import { Figure } from '../../figures/figure.js';
import { HeatMapGrid } from '../../figures/heat-map-grid.js';
import { heatMapSvg, type HeatMap } from '../../figures/heat-map.js';
import { interval, value } from '../../format/numbers.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { gathered, type MapProps } from './state-map.js';
import { metricPlaces, type Place } from './metric-places.js';
import { placeOf } from './pick-axes.js';

interface Props extends MapProps {
  readonly metric: string;
}

/** Means by two axes, as the server averaged them; a facet takes the cells' own means. */
export function MetricMap(props: Props) {
  const { overview, chosen, metric, title } = props;
  const { rows, columns } = chosen;
  const pivot = useQuery(pivotQuery(overview.id, rows, columns, title === null ? metric : undefined));
  const comparison = useQuery({ ...comparisonQuery(overview.id), enabled: title !== null });
  if (title === null)
    return (
      <QueryView query={pivot} loading={<LoadingFigure height={380} />}>
        {(view: PivotView) => (
          <Map
            {...props}
            places={view.cells.map(({ row, column, n, mean, lo, hi }) => ({ row, column, n, mean, lo, hi }))}
            averaged={view.averagedOver}
            warning={view.warning}
          />
        )}
      </QueryView>
    );
  const others = gathered(props);
  return (
    <QueryView query={comparison} loading={<LoadingFigure height={380} />}>
      {(view) =>
        others.length > 0 ? (
          <Text size="sm">
            Facets show cells one by one, and {others.join(', ')} varies too: choose fewer, or make it rows,
            columns or facets.
          </Text>
        ) : (
          <Map
            {...props}
            places={metricPlaces(props.cells, view, rows, columns, metric)}
            averaged={[]}
            warning={null}
          />
        )
      }
    </QueryView>
  );
}

interface MapOfPlaces extends Props {
  readonly places: readonly Place[];
  readonly averaged: readonly string[];
  readonly warning: string | null;
}

function Map({ overview, chosen, metric, title, controls, cells, places, averaged, warning }: MapOfPlaces) {
  const dark = useDark();
  const { rows, columns, open } = chosen;
  const axis = (name: string): readonly string[] =>
    overview.axes.find((one) => one.name === name)?.levels ?? [];
  const byPlace = new globalThis.Map(places.map((place) => [placeOf(place.row, place.column), place]));
  const means = places.map(({ mean }) => mean);
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const existing = new Set(cells.map(({ levels }) => placeOf(levels[rows] ?? '-', levels[columns] ?? '-')));
  const baseline = cells.find((cell) => cell.baseline);
  const map: HeatMap = {
    rowAxis: rows,
    columnAxis: columns,
    rows: axis(rows),
    columns: axis(columns),
    at: (row, column) => {
      const key = placeOf(row, column);
      const place = byPlace.get(key);
      if (!existing.has(key)) return null;
      if (!place)
        return {
          row,
          column,
          text: '·',
          label: `${row}, ${column}: not measured yet`,
          share: null,
          fill: 'transparent',
        };
      return {
        row,
        column,
        text: value(place.mean),
        label: `${row}, ${column}: ${metric} ${value(place.mean)}, 95 % interval ${interval(place.lo, place.hi)}, ${place.n} runs`,
        share: high > low ? (place.mean - low) / (high - low) : 0.5,
        best: place.mean === high,
        baseline: baseline?.levels[rows] === row && baseline.levels[columns] === column,
      };
    },
  };
  return (
    <Figure
      title={`${metric}${title === null ? '' : `, ${title}`}`}
      note={
        <>
          Mean over runs, dark is low, light is high, the best is framed, the baseline underlined.
          {averaged.length > 0 && ` Averaged over ${averaged.join(', ')}, run by run.`} {warning}
        </>
      }
      table={{
        title: `${metric} of ${overview.name} by ${rows} and ${columns}${averaged.length > 0 ? `, averaged over ${averaged.join(', ')}` : ''}`,
        head: [rows, columns, 'mean', 'low (95 %)', 'high (95 %)', 'runs'],
        rows: places.map(({ row, column, mean, lo, hi, n }) => [row, column, mean, lo, hi, n]),
      }}
      svg={() => heatMapSvg(map, dark)}
      controls={controls}
    >
      <HeatMapGrid
        map={map}
        label={`${metric} by ${rows} and ${columns}`}
        onOpen={(row, column) => open({ [rows]: row, [columns]: column })}
      />
    </Figure>
  );
}
