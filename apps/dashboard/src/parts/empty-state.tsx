import { Stack, Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';

/** Nothing here yet: why, and the next step. */
export const EmptyState = ({ title, children }: { readonly title: string; readonly children: ReactNode }) => (
  <Stack className="panel" align="center" gap="sm" py="xl" ta="center">
    <Title order={2} size="h4">
      {title}
    </Title>
    <Text component="div" maw={640}>
      {children}
    </Text>
  </Stack>
);
