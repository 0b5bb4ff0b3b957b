import { Anchor, Group, Select, TextInput } from '@mantine/core';
import type { RunView } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useDeferredValue, useRef } from 'react';
import { runsQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { Figure } from '../../figures/figure.js';
import { value } from '../../format/numbers.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { StateBadge } from '../../parts/state-badge.js';
import type { TabProps } from './experiment-page.js';

const STATES = ['waiting', 'running', 'done', 'failed', 'cancelled'];
const ROW = 37;

/** Every run, one click from its page. */
export default function RunsTab({ overview }: TabProps) {
  const query = useQuery(runsQuery(overview.id));
  const [{ q = '', run: state }, patch] = useView();
  const text = useDeferredValue(q).toLowerCase();
  return (
    <QueryView query={query} loading={<LoadingFigure height={380} />}>
      {(runs) => {
        const rows = runs.filter(
          (run) =>
            (state === undefined || run.state === state) &&
            `${run.id} ${run.label} seed ${run.seed}`.toLowerCase().includes(text),
        );
        return (
          <Figure
            tabular
            title={`Runs: ${rows.length} of ${runs.length}`}
            table={{
              title: `Runs of ${overview.name}`,
              head: ['run', 'cell', 'seed', 'state', ...overview.metrics],
              rows: rows.map((run) => [
                run.id,
                run.label,
                run.seed,
                run.state,
                ...overview.metrics.map((metric) => run.metrics[metric] ?? null),
              ]),
            }}
            controls={
              <>
                <TextInput
                  size="xs"
                  label="Filter"
                  placeholder="Cell, seed or id"
                  value={q}
                  onChange={({ currentTarget }) => patch({ q: currentTarget.value })}
                />
                <Select
                  size="xs"
                  label="State"
                  placeholder="Any"
                  data={STATES}
                  value={state ?? null}
                  onChange={(next) => patch({ run: next ?? undefined })}
                  clearable
                />
              </>
            }
          >
            <RunTable rows={rows} metrics={overview.metrics} />
          </Figure>
        );
      }}
    </QueryView>
  );
}

function RunTable({
  rows,
  metrics,
}: {
  readonly rows: readonly RunView[];
  readonly metrics: readonly string[];
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW,
    overscan: 12,
    initialRect: { width: 1000, height: 560 },
  });
  const items = virtual.getVirtualItems();
  const before = items[0]?.start ?? 0;
  const after = virtual.getTotalSize() - (items.at(-1)?.end ?? 0);
  return (
    <div
      ref={scroller}
      className="scroll"
      style={{ maxHeight: 560 }}
      tabIndex={0}
      role="region"
      aria-label="Runs"
    >
      <table className="table" aria-rowcount={rows.length + 1}>
        <thead>
          <tr>
            <th scope="col">Run</th>
            <th scope="col">State</th>
            {metrics.map((metric) => (
              <th key={metric} scope="col" className="numbers">
                {metric}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {before > 0 && <tr aria-hidden="true" style={{ height: before }} />}
          {items.map(({ index }) => {
            const run = rows[index]!;
            return (
              <tr key={run.id} style={{ height: ROW }}>
                <th scope="row" style={{ fontWeight: 500, whiteSpace: 'nowrap' }}>
                  <Anchor
                    component={Link}
                    to="/runs/$id"
                    params={{ id: run.id } as never}
                    size="sm"
                    underline="hover"
                  >
                    {run.label}, seed {run.seed}
                  </Anchor>
                </th>
                <td>
                  <Group gap="xs" wrap="nowrap">
                    <StateBadge state={run.state} />
                  </Group>
                </td>
                {metrics.map((metric) => (
                  <td key={metric} className="numbers">
                    {value(run.metrics[metric])}
                  </td>
                ))}
              </tr>
            );
          })}
          {after > 0 && <tr aria-hidden="true" style={{ height: after }} />}
        </tbody>
      </table>
    </div>
  );
}
