/** Colours that colour-blind eyes tell apart: Okabe and Ito's for kinds, viridis for amounts. */

const KINDS = ['#0072B2', '#D55E00', '#009E73', '#CC79A7', '#E69F00', '#56B4E9', '#8C7A00', '#7F7F7F'];
const KINDS_DARK = ['#5AB4F0', '#FF8A4C', '#2DCE9E', '#E79AC6', '#F5BD3D', '#9AD4F5', '#D1BE3A', '#B5B5B5'];

/** Beyond eight, kinds differ by their dashes too. */
export const kindColour = (i: number, dark: boolean): string => {
  const colours = dark ? KINDS_DARK : KINDS;
  return colours[i % colours.length]!;
};
export const kindDash = (i: number): 'solid' | 'dashed' | 'dotted' =>
  (['solid', 'dashed', 'dotted'] as const)[Math.floor(i / KINDS.length) % 3]!;

const VIRIDIS: readonly (readonly [number, number, number])[] = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
];

/** A colour for a share of the range, and the text colour that reads on it. */
export function scaleColour(share: number): { readonly fill: string; readonly ink: string } {
  const at = Math.min(1, Math.max(0, share)) * (VIRIDIS.length - 1);
  const low = VIRIDIS[Math.floor(at)]!;
  const high = VIRIDIS[Math.ceil(at)]!;
  const [r, g, b] = low.map((part, i) => Math.round(part + (high[i]! - part) * (at % 1))) as [
    number,
    number,
    number,
  ];
  return { fill: `rgb(${r}, ${g}, ${b})`, ink: luminance(r, g, b) > 0.18 ? '#000000' : '#ffffff' };
}

/** Relative luminance, as WCAG defines it. */
export function luminance(r: number, g: number, b: number): number {
  const [x, y, z] = [r, g, b].map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * x + 0.7152 * y + 0.0722 * z;
}
