import { SegmentedControl, Select, Switch, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useMemo, useRef } from 'react';
import { curvesQuery } from '../../api/queries.js';
import { useDark } from '../../app/dark.js';
import { useView } from '../../app/search.js';
import { curvesOption } from '../../figures/curves-option.js';
import { Figure } from '../../figures/figure.js';
import { LazyChart } from '../../figures/lazy-chart.js';
import { plural } from '../../format/numbers.js';
import { EmptyState } from '../../parts/empty-state.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import type { TabProps } from './experiment-page.js';
import { varying } from './pick-axes.js';

const usual = (curves: readonly string[]): string =>
  curves.findLast((name) => name.endsWith('/loss')) ?? curves[0] ?? '';

/** Learning curves by any axis, by cell or by run, with intervals over what a group holds. */
export default function CurvesTab({ overview }: TabProps) {
  const [search, patch] = useView();
  const dark = useDark();
  const drawing = useRef<(() => string | null) | null>(null);
  const metric = search['curve'] ?? usual(overview.curves);
  const by = search['by'] ?? varying(overview.axes)[0]?.name ?? 'cell';
  const log = search['scale'] === 'log';
  const bands = search['bands'] !== '0';
  const query = useQuery(curvesQuery(overview.id, metric, by));
  const option = useMemo(
    () => curvesOption(query.data?.groups ?? [], metric, { dark, log, bands }),
    [query.data, metric, dark, log, bands],
  );
  if (overview.curves.length === 0)
    return (
      <EmptyState title="No curve yet">
        The first points come as soon as a training has begun; this page shows them by itself.
      </EmptyState>
    );
  return (
    <QueryView query={query} loading={<LoadingFigure height={520} />}>
      {(view) => {
        const { groups, omitted, thinned, note } = view;
        return (
          <Figure
            title={`${metric} by ${by}`}
            note={
              <>
                Mean over the distinct trainings of a group
                {bands ? ', shaded: 95 % interval of that mean' : ''}.{thinned && ' Evenly spaced steps.'}{' '}
                {note} Scroll to zoom.
                {omitted > 0 && ` ${plural(omitted, 'group')} more are not shown: choose an axis.`}
              </>
            }
            table={{
              title: `${metric} of ${overview.name} by ${by}`,
              head: [by, 'step', 'mean', 'low (95 %)', 'high (95 %)', 'trainings'],
              rows: groups.flatMap(({ name, points }) =>
                points.map(({ step, mean, low, high, n }) => [name, step, mean, low, high, n]),
              ),
            }}
            svg={() => drawing.current?.() ?? null}
            controls={
              <>
                <Select
                  label="Series"
                  size="xs"
                  w={210}
                  data={overview.curves}
                  value={metric}
                  allowDeselect={false}
                  onChange={(curve) => patch({ curve: curve ?? undefined })}
                />
                <Select
                  label="Group by"
                  size="xs"
                  w={190}
                  data={[...varying(overview.axes).map(({ name }) => name), 'cell', 'run']}
                  value={by}
                  allowDeselect={false}
                  onChange={(next) => patch({ by: next ?? undefined })}
                />
                <SegmentedControl
                  size="xs"
                  aria-label="Scale"
                  data={['linear', 'log']}
                  value={log ? 'log' : 'linear'}
                  onChange={(scale) => patch({ scale: scale === 'log' ? 'log' : undefined })}
                />
                <Switch
                  label="Intervals"
                  checked={bands}
                  onChange={({ currentTarget }) => patch({ bands: currentTarget.checked ? undefined : '0' })}
                  pb={4}
                />
              </>
            }
          >
            {groups.every(({ points }) => points.length === 0) ? (
              <Text size="sm">No training of this experiment has this series yet.</Text>
            ) : (
              <LazyChart
                option={option}
                height={430}
                label={`${metric} against the step for ${plural(groups.length, 'group')} of ${by}; the button Table shows the numbers`}
                drawing={drawing}
              />
            )}
          </Figure>
        );
      }}
    </QueryView>
  );
}
