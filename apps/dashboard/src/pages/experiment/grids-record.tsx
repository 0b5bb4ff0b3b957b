import { Code, Stack, Text } from '@mantine/core';
import type { GridSpec } from '@ablate/design-space';
import { plural } from '../../format/numbers.js';
import { moment } from '../../format/times.js';
import { writeGrid } from '../new/grid-text.js';
import type { TabProps } from './experiment-page.js';

/** Every grid of an experiment that was extended, as it was submitted. */
export default function GridsRecord({ overview: { grids } }: TabProps) {
  return (
    <details>
      <summary>Extended: {plural(grids.length, 'grid')} were submitted</summary>
      <Stack gap="sm" mt="xs">
        {grids.map(({ version, added, createdAt, spec }) => (
          <div key={version}>
            <Text size="sm">
              {version === 1 ? 'First grid' : `Extension ${version - 1}`}, {moment(createdAt)}:{' '}
              {plural(added.cells, 'cell')}, {plural(added.runs, 'run')}, {plural(added.stages, 'stage')}
              {version === 1 ? '' : ' added'}
            </Text>
            <Code block mah={220} tabIndex={0} aria-label={`Grid ${version}`}>
              {writeGrid(spec as unknown as GridSpec)}
            </Code>
          </div>
        ))}
      </Stack>
    </details>
  );
}
