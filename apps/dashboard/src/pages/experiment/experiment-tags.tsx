import { Button, Group, Modal, Stack, TagsInput, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { MOST_TAGS, tag as tagSchema } from '@ablate/contracts';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { client } from '../../api/client.js';
import { experimentsQuery } from '../../api/queries.js';
import { ErrorState } from '../../parts/error-state.js';
import { TagLinks } from '../../parts/tag-links.js';
import type { TabProps } from './experiment-page.js';

/** Its tags, and a dialog to change them. */
export function ExperimentTags({ overview }: TabProps) {
  const [open, { open: edit, close }] = useDisclosure(false);
  return (
    <Group gap="xs">
      <Text size="sm" c="dimmed">
        Tags:
      </Text>
      {overview.tags.length === 0 ? (
        <Text size="sm" c="dimmed">
          none
        </Text>
      ) : (
        <TagLinks tags={overview.tags} />
      )}
      <Button variant="subtle" size="compact-sm" onClick={edit} aria-label="Change tags">
        Change
      </Button>
      <Modal opened={open} onClose={close} title="Tags" closeButtonProps={{ 'aria-label': 'Close' }} centered>
        <Editor overview={overview} close={close} />
      </Modal>
    </Group>
  );
}

function Editor({ overview: { id, tags }, close }: TabProps & { readonly close: () => void }) {
  const [chosen, setChosen] = useState<string[]>(tags);
  const queries = useQueryClient();
  const { data: experiments = [] } = useQuery(experimentsQuery());
  const known = [...new Set(experiments.flatMap((experiment) => experiment.tags))].sort();
  const bad = chosen.find((tag) => !tagSchema.safeParse(tag).success);
  const save = useMutation({
    mutationFn: () =>
      client.tag({
        params: { id },
        body: {
          add: chosen.filter((tag) => !tags.includes(tag)),
          remove: tags.filter((tag) => !chosen.includes(tag)),
        },
      }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['experiment', id] });
      await queries.invalidateQueries({ queryKey: ['experiments'] });
      close();
    },
  });
  return (
    <Stack>
      <TagsInput
        label="Tags"
        description="Words to find it by. They change nothing of what is trained."
        data={known}
        value={chosen}
        onChange={setChosen}
        maxTags={MOST_TAGS}
        error={
          bad === undefined
            ? null
            : `"${bad}": 1 to 40 letters, digits and . _ : / -, beginning with a letter or digit.`
        }
        data-autofocus
      />
      {save.error && <ErrorState error={save.error} />}
      <Group justify="end">
        <Button variant="default" onClick={close}>
          Leave them
        </Button>
        <Button disabled={bad !== undefined} loading={save.isPending} onClick={() => save.mutate()}>
          Save
        </Button>
      </Group>
    </Stack>
  );
}
