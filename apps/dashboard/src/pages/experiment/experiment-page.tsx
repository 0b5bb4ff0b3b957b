import { Alert, Anchor, Group, Progress, Stack, Tabs, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { isOver, type OverviewView } from '@ablate/contracts';
import { comparisonQuery, effectsQuery, overviewQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { useTitle } from '../../app/title.js';
import { duration, percent, plural } from '../../format/numbers.js';
import { moment } from '../../format/times.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { StateBadge } from '../../parts/state-badge.js';
import { ExperimentActions } from './experiment-actions.js';
import { ExperimentTags } from './experiment-tags.js';
import { Failures } from './failures.js';
import { headlineOf } from './headline.js';

const GridsRecord = lazy(() => import('./grids-record.js'));

export interface TabProps {
  readonly overview: OverviewView;
}

const TABS = [
  { value: 'grid', label: 'Grid', Content: lazy(() => import('./grid-tab.js')) },
  { value: 'table', label: 'Table', Content: lazy(() => import('./table-tab.js')) },
  { value: 'curves', label: 'Curves', Content: lazy(() => import('./curves-tab.js')) },
  { value: 'effects', label: 'Effects', Content: lazy(() => import('./effects-tab.js')) },
  { value: 'tradeoffs', label: 'Trade-offs', Content: lazy(() => import('./tradeoffs-tab.js')) },
  { value: 'runs', label: 'Runs', Content: lazy(() => import('./runs-tab.js')) },
] as const;

export function ExperimentPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery(overviewQuery(id));
  useTitle(query.data?.name ?? id);
  return (
    <QueryView query={query} loading={<LoadingFigure height={480} />}>
      {(overview) => <Experiment overview={overview} />}
    </QueryView>
  );
}

function Experiment({ overview }: TabProps) {
  const [{ tab = 'grid' }, patch] = useView();
  const shown = TABS.find(({ value }) => value === tab) ?? TABS[0];
  return (
    <Stack gap="sm">
      <Group justify="space-between" align="start">
        <div>
          <Text size="sm" c="dimmed">
            <Anchor
              component={Link}
              to="/"
              search={{ project: overview.project } as never}
              size="sm"
              underline="always"
            >
              {overview.project}
            </Anchor>{' '}
            / {overview.id}
          </Text>
          <Group gap="sm" align="baseline">
            <Title order={1} size="h3">
              {overview.name}
            </Title>
            <StateBadge state={overview.state} />
          </Group>
        </div>
        <ExperimentActions overview={overview} />
      </Group>
      <ExperimentTags overview={overview} />
      <Facts overview={overview} />
      <Sentence overview={overview} />
      <Failures overview={overview} />
      {overview.grids.length > 1 && (
        <Suspense fallback={null}>
          <GridsRecord overview={overview} />
        </Suspense>
      )}
      <Tabs
        value={shown.value}
        onChange={(next) => patch({ tab: next ?? undefined }, false)}
        keepMounted={false}
      >
        {/* A list of tabs may hold tabs only: the link stands beside it. */}
        <Group gap={0} align="end">
          <Tabs.List flex={1}>
            {TABS.map(({ value, label }) => (
              <Tabs.Tab key={value} value={value}>
                {label}
              </Tabs.Tab>
            ))}
          </Tabs.List>
          <Anchor
            component={Link}
            to="/experiments/$id/predictions"
            params={{ id: overview.id } as never}
            p="xs"
            size="sm"
            underline="always"
          >
            Predictions
          </Anchor>
        </Group>
        {TABS.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value} pt="sm">
            <Suspense fallback={<LoadingFigure height={420} />}>
              <Content overview={overview} />
            </Suspense>
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}

function Facts({ overview }: TabProps) {
  const { state, progress, etaSeconds, stages, runs, cells } = overview;
  return (
    <Stack gap={4}>
      {!isOver(state) && (
        <Group gap="sm" wrap="nowrap">
          <Progress value={progress * 100} flex={1} aria-label={`${percent(progress)} of the work is done`} />
          <Text size="sm" className="numbers" w={150}>
            {percent(progress)},{' '}
            {state === 'paused'
              ? 'paused'
              : etaSeconds === null
                ? 'ETA unknown'
                : `${duration(etaSeconds)} left`}
          </Text>
        </Group>
      )}
      <Text size="sm" c="dimmed">
        {plural(cells, 'cell')} · {runs.done} of {plural(runs.total, 'run')} done · {stages.done} of{' '}
        {plural(stages.total, 'stage')} done{stages.reused > 0 && `, ${stages.reused} reused`} · cost{' '}
        {duration(overview.spentSeconds)} of computing · sharing saves {duration(overview.savedSeconds)} (
        {plural(overview.savedTrainings, 'training')}) · submitted {moment(overview.createdAt)}
      </Text>
    </Stack>
  );
}

function Sentence({ overview }: TabProps) {
  const { data: comparison } = useQuery(comparisonQuery(overview.id));
  const measured = comparison?.best ? overview.metrics[0] : undefined;
  const { data: effects } = useQuery(effectsQuery(overview.id, measured));
  const { says, sure } = headlineOf(overview, comparison, effects);
  return (
    <Alert variant="outline" color="blue" p="sm" aria-live="polite" mih={66}>
      <Text fw={600} component="p" m={0}>
        {says}
      </Text>
      <Text size="sm" c="dimmed" component="p" m={0}>
        {sure} {comparison?.notes.join(' ')}
      </Text>
    </Alert>
  );
}
