import { Anchor, Button, Group, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { isOver, type OverviewView } from '@ablate/contracts';
import type { GridSpec } from '@ablate/design-space';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { client } from '../../api/client.js';
import { extensionQuery, overviewQuery } from '../../api/queries.js';
import { useTitle } from '../../app/title.js';
import { ErrorState } from '../../parts/error-state.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { GridEditor } from '../new/grid-editor.js';
import { locate, readGrid, writeGrid } from '../new/grid-text.js';
import { ExtensionPanel } from './extension-panel.js';

const PAUSE_MS = 350;

export function ExtendPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery(overviewQuery(id));
  useTitle(query.data ? `Extend ${query.data.name}` : 'Extend');
  return (
    <QueryView query={query} loading={<LoadingFigure height={480} />}>
      {(overview) => <Extend key={overview.id} overview={overview} />}
    </QueryView>
  );
}

/** The experiment's grid, to be made larger; what that adds is shown before anything changes. */
function Extend({ overview: { id, name, state, spec } }: { readonly overview: OverviewView }) {
  const [text, setText] = useState(() => writeGrid(spec as unknown as GridSpec));
  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const read = useMemo(() => readGrid(settled), [settled]);
  const plan = useQuery(extensionQuery(id, read.spec, settled));
  const problem = read.problem ?? (plan.error ? locate(settled, plan.error) : null);
  const busy = plan.isFetching || settled !== text;

  const navigate = useNavigate();
  const queries = useQueryClient();
  const extend = useMutation({
    mutationFn: (grid: GridSpec) => client.extend({ params: { id }, body: { spec: grid } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['experiment', id] });
      await queries.invalidateQueries({ queryKey: ['experiments'] });
      await navigate({ to: '/experiments/$id', params: { id } as never });
    },
  });
  return (
    <Stack>
      <Group justify="space-between" align="start">
        <div>
          <Text size="sm" c="dimmed">
            <Anchor
              component={Link}
              to="/experiments/$id"
              params={{ id } as never}
              size="sm"
              underline="always"
            >
              {name}
            </Anchor>{' '}
            / {id}
          </Text>
          <Title order={1} size="h3">
            Extend
          </Title>
          <Text size="sm" c="dimmed" maw={720}>
            Add levels, axes, seeds or benchmarks. Cells, runs and stages that are there stay, and nothing is
            trained twice.
            {isOver(state) && ' The experiment has ended; it then goes on with what is added.'}
            {state === 'paused' && ' The experiment is paused and stays so.'}
          </Text>
        </div>
        <Button
          disabled={read.spec === null || problem !== null || busy || !plan.data}
          loading={extend.isPending}
          onClick={() => read.spec && extend.mutate(read.spec)}
        >
          Extend
        </Button>
      </Group>
      {extend.error && <ErrorState error={extend.error} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        <GridEditor text={text} onChange={setText} problem={problem} />
        <ExtensionPanel view={problem ? null : (plan.data ?? null)} problem={problem !== null} busy={busy} />
      </SimpleGrid>
    </Stack>
  );
}
