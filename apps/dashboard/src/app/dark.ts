import { useComputedColorScheme } from '@mantine/core';

export const useDark = (): boolean =>
  useComputedColorScheme('light', { getInitialValueInEffect: false }) === 'dark';
