import { Anchor, Button, Code, List, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { workersQuery } from '../../api/queries.js';
import { EmptyState } from '../../parts/empty-state.js';

/** What a new user sees: what this is for, and the one next step. */
export function Welcome() {
  const { data: workers } = useQuery(workersQuery());
  return (
    <EmptyState title="Nothing has been asked yet">
      <Stack gap="md" align="center">
        <Text>
          An experiment is a grid of design choices. Ablate trains every cell, shares what cells have in
          common, and says which choice matters and how sure that is.
        </Text>
        <Button component={Link} to="/new" size="md">
          Write the first grid
        </Button>
        <List ta="left" size="sm" spacing={4}>
          <List.Item>The example there is ready to submit: 8 cells, about 5 minutes on two cores.</List.Item>
          <List.Item>
            Its plan shows cells, runs and cost while you type; nothing starts before you submit.
          </List.Item>
          <List.Item>
            From a terminal: <Code>npx ablate submit examples/demo.yaml --wait</Code>
          </List.Item>
        </List>
        {workers?.length === 0 && (
          <Text size="sm" className="bad">
            No worker is registered yet, so nothing would run. Start one with <Code>npx ablate worker</Code>,
            or see{' '}
            <Anchor component={Link} to="/workers" underline="always">
              workers
            </Anchor>
            .
          </Text>
        )}
      </Stack>
    </EmptyState>
  );
}
