import { useMantineColorScheme } from '@mantine/core';
import { Spotlight, type SpotlightActionData } from '@mantine/spotlight';
import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { experimentsQuery } from '../api/queries.js';

/** Ctrl K: every page, every experiment, every switch. */
export function Palette() {
  const navigate = useNavigate();
  const { toggleColorScheme } = useMantineColorScheme();
  const { data: experiments = [] } = useQuery(experimentsQuery());
  const actions: SpotlightActionData[] = [
    {
      id: 'list',
      label: 'Experiments',
      description: 'All of them',
      onClick: () => void navigate({ to: '/' }),
    },
    {
      id: 'new',
      label: 'New experiment',
      description: 'Write or paste a grid; see its plan before it runs',
      onClick: () => void navigate({ to: '/new' }),
    },
    {
      id: 'workers',
      label: 'Workers and queue',
      description: 'Who runs what, what waits and why',
      onClick: () => void navigate({ to: '/workers' }),
    },
    {
      id: 'theme',
      label: 'Switch between light and dark',
      keywords: ['theme', 'colour'],
      onClick: () => toggleColorScheme(),
    },
    ...experiments.map(({ id, name, project, state }) => ({
      id,
      label: name,
      description: `${project} · ${state} · ${id}`,
      onClick: () => void navigate({ to: '/experiments/$id', params: { id } }),
    })),
  ];
  return (
    <Spotlight
      actions={actions}
      shortcut={['mod + K', '/']}
      limit={12}
      nothingFound="Nothing of that name"
      highlightQuery
      searchProps={{ placeholder: 'A page, an experiment, an action', 'aria-label': 'Find or do anything' }}
    />
  );
}
