import { Alert, Anchor, Stack, Text } from '@mantine/core';
import { Link } from '@tanstack/react-router';
import { plural } from '../../format/numbers.js';
import type { TabProps } from './experiment-page.js';

/** What failed, each error once, with what to do and a run that shows it. */
export function Failures({ overview: { failures } }: TabProps) {
  if (failures.length === 0) return null;
  return (
    <Alert
      color="red"
      variant="outline"
      title={`${plural(failures.length, 'kind')} of failure`}
      role="status"
    >
      <Stack gap={6}>
        {failures.map(({ stage, stages, run, error }) => (
          <Text key={`${stage} ${error.message}`} size="sm">
            {plural(stages, 'stage')} {stage}: {error.message} {error.fix}{' '}
            <Anchor
              component={Link}
              to="/runs/$id"
              params={{ id: run } as never}
              size="sm"
              underline="always"
            >
              See run {run}
            </Anchor>
          </Text>
        ))}
      </Stack>
    </Alert>
  );
}
