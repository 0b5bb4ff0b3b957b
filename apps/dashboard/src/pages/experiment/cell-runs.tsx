import { Anchor, CloseButton, Group, Stack, Text, Title } from '@mantine/core';
import type { CellRunsView } from '@ablate/contracts';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { percent } from '../../format/numbers.js';
import { StateBadge } from '../../parts/state-badge.js';

interface Props {
  readonly cells: CellRunsView;
  readonly levels: Readonly<Record<string, string>>;
  readonly onClose: () => void;
}

/** The runs behind a place of the heat map, one click from each. */
export function CellRuns({ cells, levels, onClose }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [levels]);
  return (
    <section className="panel" aria-label="Runs of this place">
      <Group justify="space-between" wrap="nowrap">
        <Title order={2} size="h5" tabIndex={-1} ref={heading} style={{ outline: 'none' }}>
          {Object.entries(levels)
            .map(([axis, level]) => `${axis} ${level}`)
            .join(', ')}
        </Title>
        <CloseButton aria-label="Close" onClick={onClose} />
      </Group>
      <Stack gap="xs" mt="xs" mah={360} style={{ overflow: 'auto' }}>
        {cells.map(({ id, label, baseline, runs }) => (
          <div key={id}>
            <Text size="sm" fw={600}>
              {label} {baseline && '(baseline)'}
            </Text>
            <Group gap="md">
              {runs.map((run) => (
                <Group key={run.id} gap={6}>
                  <Anchor
                    component={Link}
                    to="/runs/$id"
                    params={{ id: run.id } as never}
                    size="sm"
                    underline="always"
                  >
                    seed {run.seed}
                  </Anchor>
                  <StateBadge state={run.state} />
                  {run.state === 'running' && (
                    <Text size="xs" c="dimmed">
                      {percent(run.share)}
                    </Text>
                  )}
                </Group>
              ))}
            </Group>
          </div>
        ))}
      </Stack>
    </section>
  );
}
