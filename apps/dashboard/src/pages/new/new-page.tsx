import { Button, Group, SegmentedControl, SimpleGrid, Stack, Text, Title } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import type { GridSpec } from '@ablate/design-space';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useMemo, useState } from 'react';
import { client } from '../../api/client.js';
import { overviewQuery, planQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { useTitle } from '../../app/title.js';
import { ErrorState } from '../../parts/error-state.js';
import { EXAMPLE } from './example.js';
import { GridEditor } from './grid-editor.js';
import { GridForm } from './grid-form.js';
import { locate, readGrid, writeGrid } from './grid-text.js';
import { PlanPanel } from './plan-panel.js';

const DRAFT = 'ablate-draft';
const PAUSE_MS = 350;

/** A grid as text or as a form, its plan beside it while it is written; nothing runs before submit. */
export function NewPage() {
  useTitle('New experiment');
  const [{ from, mode }, patch] = useView();
  const [text, setText] = useState(() => sessionStorage.getItem(DRAFT) ?? EXAMPLE);
  const source = useQuery({ ...overviewQuery(from ?? ''), enabled: from !== undefined });
  useEffect(() => {
    if (!source.data) return;
    const spec = source.data.spec as unknown as GridSpec;
    setText(writeGrid({ ...spec, name: `${spec.name}-2` }));
    patch({ from: undefined });
  }, [source.data, patch]);
  useEffect(() => sessionStorage.setItem(DRAFT, text), [text]);

  const [settled] = useDebouncedValue(text, PAUSE_MS);
  const read = useMemo(() => readGrid(settled), [settled]);
  const now = useMemo(() => readGrid(text), [text]);
  const plan = useQuery(planQuery(read.spec, settled));
  const problem = read.problem ?? (plan.error ? locate(settled, plan.error) : null);

  const navigate = useNavigate();
  const queries = useQueryClient();
  const submit = useMutation({
    mutationFn: (spec: GridSpec) => client.submit({ body: { spec } }),
    onSuccess: async ({ id }) => {
      sessionStorage.removeItem(DRAFT);
      await queries.invalidateQueries({ queryKey: ['experiments'] });
      await navigate({ to: '/experiments/$id', params: { id } as never });
    },
  });
  const ready = now.spec !== null && problem === null && settled === text && !plan.isFetching;
  return (
    <Stack>
      <Group justify="space-between">
        <Title order={1} size="h3">
          New experiment
        </Title>
        <Group gap="xs">
          <SegmentedControl
            aria-label="How to write the grid"
            data={[
              { value: 'yaml', label: 'YAML' },
              { value: 'form', label: 'Form' },
            ]}
            value={mode === 'form' ? 'form' : 'yaml'}
            onChange={(next) => patch({ mode: next === 'form' ? 'form' : undefined })}
          />
          <Button
            disabled={!ready}
            loading={submit.isPending}
            onClick={() => now.spec && submit.mutate(now.spec)}
          >
            Submit
          </Button>
        </Group>
      </Group>
      {source.error && <ErrorState error={source.error} />}
      {submit.error && <ErrorState error={submit.error} />}
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="sm">
        {mode === 'form' ? (
          now.spec ? (
            <GridForm spec={now.spec} onChange={(spec) => setText(writeGrid(spec))} />
          ) : (
            <Text className="panel">
              The form opens once the YAML is a grid again: {now.problem?.error.message}
            </Text>
          )
        ) : (
          <GridEditor text={text} onChange={setText} problem={problem} />
        )}
        <PlanPanel plan={plan.data ?? null} problem={problem} busy={plan.isFetching || settled !== text} />
      </SimpleGrid>
    </Stack>
  );
}
