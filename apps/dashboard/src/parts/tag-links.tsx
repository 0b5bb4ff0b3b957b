import { Anchor, Group } from '@mantine/core';
import { Link } from '@tanstack/react-router';

/** Tags, each a link to the experiments that have it. */
export const TagLinks = ({ tags }: { readonly tags: readonly string[] }) => (
  <Group gap={6} wrap="nowrap" style={{ overflow: 'hidden' }} title={tags.join(', ')}>
    {tags.map((tag) => (
      <Anchor
        key={tag}
        component={Link}
        to="/"
        search={{ tag } as never}
        size="sm"
        underline="hover"
        style={{ whiteSpace: 'nowrap' }}
        aria-label={`Experiments with tag ${tag}`}
      >
        {tag}
      </Anchor>
    ))}
  </Group>
);
