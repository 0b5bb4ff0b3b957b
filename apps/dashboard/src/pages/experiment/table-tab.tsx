import { Switch, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useDeferredValue, useMemo } from 'react';
import { comparisonQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { Figure } from '../../figures/figure.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { compareTable, fitting } from './compare-rows.js';
import { CompareTable } from './compare-table.js';
import type { TabProps } from './experiment-page.js';

/** Cells by benchmark: the baseline stays in sight, differences are to it, best and second best are marked. */
export default function TableTab({ overview }: TabProps) {
  const query = useQuery(comparisonQuery(overview.id));
  const [{ q = '', diff }, patch] = useView();
  const text = useDeferredValue(q);
  const cells = query.data?.cells;
  const rows = useMemo(() => fitting(cells ?? [], text), [cells, text]);
  return (
    <QueryView query={query} loading={<LoadingFigure height={380} />}>
      {(comparison) => (
        <Figure
          tabular
          title="Cells by benchmark"
          note={`Mean over seeds ± half the 95 % interval. Bold: best. Underlined: second best. —: not measured yet. Blind: the same model with images shuffled between questions. ${comparison.notes.join(' ')}`}
          table={compareTable(comparison, rows, overview.name)}
          controls={
            <>
              <TextInput
                size="xs"
                label="Filter"
                placeholder="Level or label"
                value={q}
                onChange={({ currentTarget }) => patch({ q: currentTarget.value })}
              />
              <Switch
                label="Differences to the baseline"
                checked={diff === '1'}
                onChange={({ currentTarget }) => patch({ diff: currentTarget.checked ? '1' : undefined })}
                pb={4}
              />
            </>
          }
        >
          <CompareTable comparison={comparison} rows={rows} differences={diff === '1'} overview={overview} />
        </Figure>
      )}
    </QueryView>
  );
}
