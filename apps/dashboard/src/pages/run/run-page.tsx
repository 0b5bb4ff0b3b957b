import { Anchor, Group, Stack, Tabs, Text, Title } from '@mantine/core';
import type { RunDetail } from '@ablate/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { runDetailQuery } from '../../api/queries.js';
import { useView } from '../../app/search.js';
import { useTitle } from '../../app/title.js';
import { levelText } from '../../format/levels.js';
import { ErrorState } from '../../parts/error-state.js';
import { LoadingFigure } from '../../parts/loading.js';
import { QueryView } from '../../parts/query-view.js';
import { StateBadge } from '../../parts/state-badge.js';
import { AskTab } from './ask-tab.js';
import { ConfigTab } from './config-tab.js';
import { LineageTab } from './lineage-tab.js';
import { LogsTab } from './logs-tab.js';
import { SeriesTab, TelemetryTab } from './series-tabs.js';
import { StagesTab } from './stages-tab.js';

export interface RunProps {
  readonly run: RunDetail;
}

const TABS = [
  { value: 'stages', label: 'Stages', Content: StagesTab },
  { value: 'config', label: 'Config', Content: ConfigTab },
  { value: 'curves', label: 'Curves', Content: SeriesTab },
  { value: 'telemetry', label: 'Telemetry', Content: TelemetryTab },
  { value: 'logs', label: 'Logs', Content: LogsTab },
  { value: 'lineage', label: 'Lineage', Content: LineageTab },
  { value: 'ask', label: 'Ask', Content: AskTab },
] as const;

export function RunPage() {
  const { id = '' } = useParams({ strict: false });
  const query = useQuery(runDetailQuery(id));
  useTitle(query.data ? `${query.data.label}, seed ${query.data.seed}` : id);
  return (
    <QueryView query={query} loading={<LoadingFigure height={480} />}>
      {(run) => <Run run={run} />}
    </QueryView>
  );
}

function Run({ run }: RunProps) {
  const [{ tab = 'stages' }, patch] = useView();
  const shown = TABS.find(({ value }) => value === tab) ?? TABS[0];
  return (
    <Stack gap="sm">
      <div>
        <Text size="sm" c="dimmed">
          <Anchor
            component={Link}
            to="/experiments/$id"
            params={{ id: run.experiment } as never}
            size="sm"
            underline="always"
          >
            {run.experimentName}
          </Anchor>{' '}
          / {run.id}
        </Text>
        <Group gap="sm" align="baseline">
          <Title order={1} size="h3">
            {run.label}, seed {run.seed}
          </Title>
          <StateBadge state={run.state} />
        </Group>
        <Text size="sm" c="dimmed">
          {Object.entries(run.levels)
            .map(([axis, level]) => `${axis} ${levelText(level)}`)
            .join(' · ')}
        </Text>
        {run.siblings.length > 0 && (
          <Group gap={6}>
            <Text size="sm" c="dimmed">
              Other seeds of this cell:
            </Text>
            {run.siblings.map(({ id, seed }) => (
              <Anchor
                key={id}
                component={Link}
                to="/runs/$id"
                params={{ id } as never}
                size="sm"
                underline="always"
              >
                {seed}
              </Anchor>
            ))}
          </Group>
        )}
      </div>
      {run.error && <ErrorState error={Object.assign(new Error(run.error.message), run.error)} />}
      <Tabs
        value={shown.value}
        onChange={(next) => patch({ tab: next ?? undefined }, false)}
        keepMounted={false}
      >
        <Tabs.List>
          {TABS.map(({ value, label }) => (
            <Tabs.Tab key={value} value={value}>
              {label}
            </Tabs.Tab>
          ))}
        </Tabs.List>
        {TABS.map(({ value, Content }) => (
          <Tabs.Panel key={value} value={value} pt="sm">
            <Content run={run} />
          </Tabs.Panel>
        ))}
      </Tabs>
    </Stack>
  );
}
