/** How a state looks: a mark, and colours that keep 4.5 : 1 on both themes and differ for colour-blind eyes. */
export interface StateLook {
  readonly mark: string;
  readonly light: string;
  readonly dark: string;
  /** Fill of a heat map's cell, with text in the page's colour on it. */
  readonly fill: string;
}

const LOOKS: Readonly<Record<string, StateLook>> = {
  done: { mark: '✓', light: '#0a6b3d', dark: '#63d29b', fill: 'light-dark(#bfe3d0, #1d5a3c)' },
  running: { mark: '▶', light: '#0b5fa5', dark: '#7fb8ee', fill: 'light-dark(#bfdcf5, #1c4a73)' },
  queued: { mark: '⋯', light: '#0b5fa5', dark: '#7fb8ee', fill: 'light-dark(#dcebf8, #203a54)' },
  ready: { mark: '○', light: '#54606c', dark: '#a9b3bd', fill: 'light-dark(#e9edf1, #2b323b)' },
  waiting: { mark: '○', light: '#54606c', dark: '#a9b3bd', fill: 'light-dark(#eef1f4, #272d35)' },
  paused: { mark: '‖', light: '#8a4b00', dark: '#f0b565', fill: 'light-dark(#fbe0b8, #5c3d10)' },
  blocked: { mark: '⊘', light: '#8a4b00', dark: '#f0b565', fill: 'light-dark(#fbe0b8, #5c3d10)' },
  failed: { mark: '✗', light: '#b3261e', dark: '#ff9a91', fill: 'light-dark(#f6c9c5, #6d2620)' },
  lost: { mark: '?', light: '#8a4b00', dark: '#f0b565', fill: 'light-dark(#fbe0b8, #5c3d10)' },
  cancelled: { mark: '–', light: '#54606c', dark: '#a9b3bd', fill: 'light-dark(#dfe3e7, #333a43)' },
};

const UNKNOWN: StateLook = {
  mark: '·',
  light: '#54606c',
  dark: '#a9b3bd',
  fill: 'light-dark(#eef1f4, #272d35)',
};

export const stateLook = (state: string): StateLook => LOOKS[state] ?? UNKNOWN;
