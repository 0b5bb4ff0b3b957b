export const COLOURS = [
  'red',
  'orange',
  'yellow',
  'green',
  'blue',
  'purple',
  'pink',
  'brown',
  'black',
  'white',
  'grey',
] as const;
export type Colour = (typeof COLOURS)[number];

/** Name of one pixel by hue, saturation and value. */
function nameOf(red: number, green: number, blue: number): Colour {
  const value = Math.max(red, green, blue) / 255;
  const spread = value - Math.min(red, green, blue) / 255;
  const saturation = value === 0 ? 0 : spread / value;
  if (value < 0.22) return 'black';
  if (saturation < 0.14) return value > 0.86 ? 'white' : value < 0.35 ? 'black' : 'grey';
  const [r, g, b] = [red / 255, green / 255, blue / 255];
  const sextant =
    value === r ? ((g - b) / spread + 6) % 6 : value === g ? (b - r) / spread + 2 : (r - g) / spread + 4;
  const hue = sextant * 60;
  if (hue < 14 || hue >= 345)
    return value < 0.5 ? 'brown' : saturation < 0.45 && value > 0.8 ? 'pink' : 'red';
  if (hue < 42) return value < 0.68 ? 'brown' : 'orange';
  if (hue < 68) return value < 0.45 ? 'brown' : 'yellow';
  if (hue < 168) return 'green';
  if (hue < 256) return saturation < 0.28 && value < 0.75 ? 'grey' : 'blue';
  if (hue < 295) return 'purple';
  return 'pink';
}

/** The colour of more than 45 % of the opaque pixels of an RGBA picture, else null: such a drawing gets no colour question. */
export function dominantColour(rgba: Uint8Array): Colour | null {
  const counts = new Map<Colour, number>();
  let opaque = 0;
  for (let i = 0; i < rgba.length; i += 4) {
    if (rgba[i + 3]! <= 128) continue;
    opaque += 1;
    const name = nameOf(rgba[i]!, rgba[i + 1]!, rgba[i + 2]!);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return COLOURS.find((name) => (counts.get(name) ?? 0) > 0.45 * opaque) ?? null;
}
