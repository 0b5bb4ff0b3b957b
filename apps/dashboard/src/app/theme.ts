import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from '@mantine/core';

const blue: MantineColorsTuple = [
  '#e8f3fc',
  '#d0e4f5',
  '#a0c8ec',
  '#6cabe3',
  '#4192db',
  '#2682d7',
  '#1a6fbd',
  '#0b5fa5',
  '#0b4f8a',
  '#083c6a',
];

export const theme = createTheme({
  primaryColor: 'blue',
  primaryShade: { light: 7, dark: 6 },
  colors: { blue },
  defaultRadius: 'md',
  cursorType: 'pointer',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif',
  fontFamilyMonospace: 'ui-monospace, SFMono-Regular, Menlo, "DejaVu Sans Mono", monospace',
  respectReducedMotion: true,
});

/** Quiet text keeps a contrast of 4.5 : 1 in both themes. */
export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#54606c',
    '--mantine-color-placeholder': '#66717c',
    '--mantine-color-error': '#b42318',
    '--ab-good': '#0a6b3d',
    '--ab-bad': '#b3261e',
    '--ab-line': '#d7dde3',
    '--ab-panel': '#ffffff',
    '--ab-page': '#f6f8fa',
  },
  dark: {
    '--mantine-color-dimmed': '#a9b3bd',
    '--mantine-color-placeholder': '#98a2ac',
    '--mantine-color-error': '#ff9a91',
    '--mantine-color-anchor': '#7fb8ee',
    '--ab-good': '#63d29b',
    '--ab-bad': '#ff9a91',
    '--ab-line': '#39404a',
    '--ab-panel': '#1d2229',
    '--ab-page': '#14181d',
    '--mantine-color-body': '#14181d',
  },
});
