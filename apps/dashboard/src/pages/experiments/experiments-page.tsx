import { Button, Group, Select, Stack, Text, TextInput, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { experimentsQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { useTitle } from '../../app/title.js';
import { plural } from '../../format/numbers.js';
import { EmptyState } from '../../parts/empty-state.js';
import { QueryView } from '../../parts/query-view.js';
import { ExperimentTable } from './experiment-table.js';
import { listed, readListView } from './list-view.js';
import { Welcome } from './welcome.js';

const STATES = ['running', 'paused', 'done', 'failed', 'cancelled'];

export function ExperimentsPage() {
  useTitle('Experiments');
  const query = useQuery(experimentsQuery());
  const [search, patch] = useView();
  const view = readListView(search);
  const projects = useMemo(
    () => [...new Set((query.data ?? []).map(({ project }) => project))].sort(),
    [query.data],
  );
  const tags = useMemo(
    () => [...new Set((query.data ?? []).flatMap((experiment) => experiment.tags))].sort(),
    [query.data],
  );
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h3">
          Experiments
        </Title>
        <Button component={Link} to="/new">
          New experiment
        </Button>
      </Group>
      <QueryView query={query}>
        {(experiments) => {
          if (experiments.length === 0) return <Welcome />;
          const rows = listed(experiments, view);
          return (
            <Stack gap="sm">
              <Group gap="xs" align="end">
                <TextInput
                  label="Search"
                  placeholder="Name, project, tag or id"
                  value={view.text}
                  onChange={({ currentTarget }) => patch({ q: currentTarget.value })}
                  w={{ base: '100%', xs: 240 }}
                />
                <Select
                  label="State"
                  placeholder="Any"
                  data={STATES}
                  value={view.state}
                  onChange={(state) => patch({ state: state ?? undefined })}
                  clearable
                  w={140}
                />
                <Select
                  label="Project"
                  placeholder="Any"
                  data={projects}
                  value={view.project}
                  onChange={(project) => patch({ project: project ?? undefined })}
                  clearable
                  w={160}
                />
                <Select
                  label="Tag"
                  placeholder="Any"
                  data={tags}
                  value={view.tag}
                  onChange={(tag) => patch({ tag: tag ?? undefined })}
                  clearable
                  w={140}
                />
                <Text size="sm" c="dimmed" pb={8} role="status">
                  {plural(rows.length, 'experiment')}
                  {rows.length < experiments.length && ` of ${experiments.length}`}
                </Text>
              </Group>
              {rows.length === 0 ? (
                <EmptyState title="None fits">
                  <Button
                    variant="default"
                    onClick={() =>
                      patch({ q: undefined, state: undefined, project: undefined, tag: undefined })
                    }
                  >
                    Show all {experiments.length}
                  </Button>
                </EmptyState>
              ) : (
                <ExperimentTable rows={rows} view={view} onSort={(sort) => patch({ sort })} />
              )}
            </Stack>
          );
        }}
      </QueryView>
    </Stack>
  );
}
