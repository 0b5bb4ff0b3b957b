import { isOver } from '@ablate/contracts';
import { Button, Group, List, Modal, Stack, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { client } from '../../api/client.js';
import { ErrorState } from '../../parts/error-state.js';
import { cancelMeans, pauseMeans, resumeMeans, retryMeans } from './action-means.js';
import type { TabProps } from './experiment-page.js';

/** What is said once it has happened. */
const DONE = {
  pause: 'Paused.',
  resume: 'Going on.',
  cancel: 'Cancelled.',
  retry: 'Offered again.',
} as const;

interface ActionProps extends TabProps {
  readonly verb: keyof typeof DONE;
  readonly label: string;
  readonly means: readonly string[];
}

/** A button that says what will happen before it does. */
function Action({ overview: { id }, verb, label, means }: ActionProps) {
  const [open, { open: ask, close }] = useDisclosure(false);
  const queries = useQueryClient();
  const change = useMutation({
    mutationFn: () => client[verb]({ params: { id } }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['experiment', id] });
      await queries.invalidateQueries({ queryKey: ['experiments'] });
      await queries.invalidateQueries({ queryKey: ['queue'] });
      notifications.show({ message: DONE[verb], color: 'green' });
      close();
    },
  });
  return (
    <>
      <Button variant="default" size="sm" onClick={ask}>
        {label}
      </Button>
      <Modal
        opened={open}
        onClose={close}
        title={`${label}?`}
        closeButtonProps={{ 'aria-label': 'Close' }}
        centered
      >
        <Stack>
          <Text size="sm">What will happen:</Text>
          <List size="sm" spacing={4}>
            {means.map((line) => (
              <List.Item key={line}>{line}</List.Item>
            ))}
          </List>
          {change.error && <ErrorState error={change.error} />}
          <Group justify="end">
            <Button variant="default" onClick={close} data-autofocus>
              Leave it
            </Button>
            <Button
              color={verb === 'cancel' ? 'red' : 'blue'}
              loading={change.isPending}
              onClick={() => change.mutate()}
            >
              {label}
            </Button>
          </Group>
        </Stack>
      </Modal>
    </>
  );
}

export function ExperimentActions({ overview }: TabProps) {
  const { id, state, stages, grids } = overview;
  return (
    <Group gap="xs">
      {state === 'running' && (
        <Action overview={overview} verb="pause" label="Pause" means={pauseMeans(overview)} />
      )}
      {state === 'paused' && (
        <Action overview={overview} verb="resume" label="Resume" means={resumeMeans(overview)} />
      )}
      {!isOver(state) && (
        <Action overview={overview} verb="cancel" label="Cancel" means={cancelMeans(overview)} />
      )}
      {(state === 'cancelled' || stages.failed > 0) && (
        <Action overview={overview} verb="retry" label="Retry" means={retryMeans(overview)} />
      )}
      {grids.length > 0 && state !== 'cancelled' && (
        <Button
          component={Link}
          to="/experiments/$id/extend"
          params={{ id } as never}
          variant="default"
          size="sm"
        >
          Extend
        </Button>
      )}
      <Button component={Link} to="/new" search={{ from: id } as never} variant="default" size="sm">
        Duplicate
      </Button>
    </Group>
  );
}
