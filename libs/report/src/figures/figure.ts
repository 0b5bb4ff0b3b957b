/** What a mark is drawn with; each drawing has its own colours for these. */
export type Tone = 'ink' | 'muted' | 'rule' | 'accent' | 'second' | 'third' | 'faint';

interface Stroke {
  readonly tone: Tone;
  readonly width?: number;
  readonly dashed?: boolean;
}

export type Mark =
  | ({ readonly kind: 'line'; readonly points: readonly (readonly [number, number])[] } & Stroke)
  | {
      readonly kind: 'bar';
      readonly x: number;
      readonly y: number;
      readonly width: number;
      readonly height: number;
      readonly tone: Tone;
    }
  | {
      readonly kind: 'dot';
      readonly x: number;
      readonly y: number;
      readonly radius: number;
      readonly tone: Tone;
      readonly hollow?: boolean;
    }
  | {
      readonly kind: 'text';
      /** Of the anchor, and of the middle of the line. */
      readonly x: number;
      readonly y: number;
      readonly text: string;
      readonly size: number;
      readonly anchor?: 'start' | 'middle' | 'end';
      readonly tone?: Tone;
      readonly bold?: boolean;
    };

/** A drawing before it is SVG or PDF: marks in points, y downwards. */
export interface Figure {
  /** Unique in a report. */
  readonly id: string;
  readonly title: string;
  /** What it shows and how to read it. */
  readonly caption: string;
  readonly width: number;
  readonly height: number;
  readonly marks: readonly Mark[];
}

export const WIDTH = 640;
export const TONES: Readonly<Record<Tone, string>> = {
  ink: '#1a1a1a',
  muted: '#5f6368',
  rule: '#d0d3d8',
  accent: '#0b62a4',
  second: '#b5500b',
  third: '#3d7a2a',
  faint: '#9aa0a6',
};

/** Text that fits a width at about half an em a character. */
export function fitted(text: string, width: number, size: number): string {
  const most = Math.max(4, Math.floor(width / (size * 0.52)));
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}
