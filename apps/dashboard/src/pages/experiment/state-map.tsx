import type { CellRunsView } from '@ablate/contracts';
import type { ReactNode } from 'react';
import { useDark } from '../../app/dark.js';
import { Figure } from '../../figures/figure.js';
import { HeatMapGrid } from '../../figures/heat-map-grid.js';
import { heatMapSvg, type HeatMap } from '../../figures/heat-map.js';
import { stateLook } from '../../format/states.js';
import type { TabProps } from './experiment-page.js';
import type { Chosen } from './grid-tab.js';
import { arrange, placeOf, stateOfRuns, varying } from './pick-axes.js';

export interface MapProps extends TabProps {
  readonly cells: CellRunsView;
  readonly chosen: Chosen;
  /** The facet, in words. */
  readonly title: string | null;
  readonly controls: ReactNode;
}

/** Axes that a place gathers, in words. */
export const gathered = ({
  overview,
  chosen,
  title,
}: Pick<MapProps, 'overview' | 'chosen' | 'title'>): string[] =>
  varying(overview.axes)
    .map(({ name }) => name)
    .filter((name) => name !== chosen.rows && name !== chosen.columns && !title?.startsWith(`${name} =`));

/** How far every cell is. */
export function StateMap({ overview, cells, chosen, title, controls }: MapProps) {
  const dark = useDark();
  const { rows, columns, open } = chosen;
  const places = arrange(cells, rows, columns);
  const axis = (name: string): readonly string[] =>
    overview.axes.find((one) => one.name === name)?.levels ?? [];
  const map: HeatMap = {
    rowAxis: rows,
    columnAxis: columns,
    rows: axis(rows),
    columns: axis(columns),
    at: (row, column) => {
      const place = places.get(placeOf(row, column));
      if (!place) return null;
      const { state, done, total } = stateOfRuns(place.cells);
      const text = `${stateLook(state).mark} ${done}/${total}`;
      return {
        row,
        column,
        text,
        label: `${row}, ${column}: ${text} runs done, ${state}`,
        share: null,
        fill: stateLook(state).fill,
        baseline: place.cells.some(({ baseline }) => baseline),
      };
    },
  };
  const others = gathered({ overview, chosen, title });
  return (
    <Figure
      title={`State of the grid${title === null ? '' : `, ${title}`}`}
      note={`Runs done of all runs; the state that most needs a look gives the mark and the colour.${
        others.length > 0 ? ` Each place gathers all levels of ${others.join(', ')}.` : ''
      } The baseline is underlined.`}
      table={{
        title: `State of ${overview.name}`,
        head: [rows, columns, 'state', 'done', 'runs'],
        rows: [...places.values()].map(({ row, column, cells: own }) => {
          const { state, done, total } = stateOfRuns(own);
          return [row, column, state, done, total];
        }),
      }}
      svg={() => heatMapSvg(map, dark)}
      controls={controls}
    >
      <HeatMapGrid
        map={map}
        label={`State by ${rows} and ${columns}`}
        onOpen={(row, column) => open({ [rows]: row, [columns]: column })}
      />
    </Figure>
  );
}
