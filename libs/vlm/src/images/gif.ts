const EXTENSION = 0x21;
const GRAPHIC_CONTROL = 0xf9;
const COLOUR_TABLE = 0x80;

const tableBytes = (flags: number): number => (flags & COLOUR_TABLE ? 3 * (2 << (flags & 7)) : 0);

/**
 * A GIF whose first frame has no transparent colour, so that decoders give the palette's colour there, as Pillow does; anything else as
 * it is. Source: GIF89a specification, sections 18, 20 and 23.
 */
export function withoutTransparency(bytes: Buffer): Buffer {
  if (bytes.toString('latin1', 0, 4) !== 'GIF8') return bytes;
  let at = 13 + tableBytes(bytes[10]!);
  while (bytes[at] === EXTENSION) {
    if (bytes[at + 1] === GRAPHIC_CONTROL) {
      const opaque = Buffer.from(bytes);
      opaque[at + 3]! &= ~1;
      return opaque;
    }
    at += 2;
    while (bytes[at]) at += bytes[at]! + 1;
    at += 1;
  }
  return bytes;
}
