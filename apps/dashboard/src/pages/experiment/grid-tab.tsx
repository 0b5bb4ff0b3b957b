import { isOver } from '@ablate/contracts';
import { Select, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { cellsQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { QueryView } from '../../parts/query-view.js';
import { LoadingFigure } from '../../parts/loading.js';
import { CellRuns } from './cell-runs.js';
import type { TabProps } from './experiment-page.js';
import { MetricMap } from './metric-map.js';
import { pickAxes } from './pick-axes.js';
import { StateMap } from './state-map.js';

export interface Chosen {
  readonly rows: string;
  readonly columns: string;
  /** The levels that a click meant, by axis. */
  readonly open: (levels: Readonly<Record<string, string>>) => void;
}

/** The grid as a heat map of any two axes, by state while it runs, by a metric when there is one. */
export default function GridTab({ overview }: TabProps) {
  const [search, patch] = useView();
  const query = useQuery(cellsQuery(overview.id));
  const [opened, setOpened] = useState<Readonly<Record<string, string>> | null>(null);
  const { rows, columns, facet } = pickAxes(overview.axes, search);
  const names = overview.axes.map(({ name }) => name);
  const colour = search['colour'] ?? (!isOver(overview.state) ? 'state' : (overview.metrics[0] ?? 'state'));
  const axis = (label: string, value: string, key: string, without: readonly string[]) => (
    <Select
      label={label}
      size="xs"
      w={170}
      data={names.filter((name) => !without.includes(name))}
      value={value}
      allowDeselect={false}
      onChange={(next) => patch({ [key]: next ?? undefined })}
    />
  );
  const controls = (
    <>
      {axis('Rows', rows, 'rows', [columns])}
      {axis('Columns', columns, 'cols', [rows])}
      <Select
        label="Facets"
        size="xs"
        w={150}
        placeholder="None: averaged"
        clearable
        data={names.filter((name) => name !== rows && name !== columns)}
        value={facet}
        onChange={(next) => patch({ facet: next ?? undefined })}
      />
      <Select
        label="Colour"
        size="xs"
        w={190}
        data={['state', ...overview.metrics]}
        value={colour}
        allowDeselect={false}
        onChange={(next) => patch({ colour: next ?? undefined })}
      />
    </>
  );
  return (
    <QueryView query={query} loading={<LoadingFigure height={380} />}>
      {(cells) => {
        const levels =
          facet === null ? [null] : (overview.axes.find(({ name }) => name === facet)?.levels ?? []);
        const only =
          opened &&
          cells.filter((cell) =>
            Object.entries(opened).every(([name, level]) => cell.levels[name] === level),
          );
        return (
          <Stack gap="sm">
            {levels.map((level, i) => {
              const fixed: Record<string, string> =
                facet === null || level === null ? {} : { [facet]: level };
              const shown = facet === null ? cells : cells.filter((cell) => cell.levels[facet] === level);
              const chosen = {
                rows,
                columns,
                open: (at: Readonly<Record<string, string>>) => setOpened({ ...at, ...fixed }),
              };
              const common = {
                overview,
                cells: shown,
                chosen,
                title: level === null ? null : `${facet} = ${level}`,
                controls: i === 0 ? controls : undefined,
              };
              return colour === 'state' ? (
                <StateMap key={level ?? ''} {...common} />
              ) : (
                <MetricMap key={level ?? ''} {...common} metric={colour} />
              );
            })}
            {only && <CellRuns cells={only} levels={opened} onClose={() => setOpened(null)} />}
          </Stack>
        );
      }}
    </QueryView>
  );
}
