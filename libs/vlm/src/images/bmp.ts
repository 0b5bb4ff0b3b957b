import type { RgbImage } from './resize.js';

type Rgb = readonly [number, number, number];

const RAW = 0;
const BIT_FIELDS = 3;
/** Masks of red, green and blue where a file names none. */
const MASKS: Readonly<Record<number, Rgb>> = {
  16: [0x7c00, 0x3e0, 0x1f],
  24: [0xff0000, 0xff00, 0xff],
  32: [0xff0000, 0xff00, 0xff],
};

export const isBmp = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 2) === 'BM';

/**
 * Reads an uncompressed BMP (1, 4, 8, 16, 24 or 32 bits a pixel, palette or bit fields), which libvips does not. Alpha is dropped; rows
 * that are cut off are black. Throws an Error for run-length coding and for what is no BMP.
 * Source: Microsoft, Bitmap Storage; scaling of 5 and 6 bits as Pillow 10 `Unpack.c`.
 */
export function decodeBmp(bytes: Buffer): RgbImage {
  const headerBytes = bytes.readUInt32LE(14);
  const old = headerBytes === 12;
  const width = old ? bytes.readUInt16LE(18) : bytes.readInt32LE(18);
  const signedHeight = old ? bytes.readUInt16LE(20) : bytes.readInt32LE(22);
  const bits = bytes.readUInt16LE(old ? 24 : 28);
  const compression = old ? RAW : bytes.readUInt32LE(30);
  const height = Math.abs(signedHeight);
  if (![1, 4, 8, 16, 24, 32].includes(bits) || (compression !== RAW && compression !== BIT_FIELDS))
    throw new Error(`a BMP of ${bits} bits a pixel, compression ${compression}, is not read here`);
  const start = bytes.readUInt32LE(10);
  const rowBytes = 4 * Math.ceil((width * bits) / 32);
  if (width < 1 || height < 1 || start >= bytes.length) throw new Error('a BMP without pixels');

  const colourOf =
    bits <= 8
      ? paletteColour(bytes, 14 + headerBytes, start, old ? 3 : 4, bits)
      : maskedColour(bytes, compression === BIT_FIELDS ? fieldMasks(bytes) : MASKS[bits]!, bits / 8);
  const data = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    const row = start + (signedHeight > 0 ? height - 1 - y : y) * rowBytes;
    if (row + Math.ceil((width * bits) / 8) > bytes.length) continue;
    for (let x = 0; x < width; x += 1)
      data.set(colourOf(row + Math.floor((x * bits) / 8), x), 3 * (y * width + x));
  }
  return { width, height, data };
}

const fieldMasks = (bytes: Buffer): Rgb => [
  bytes.readUInt32LE(54),
  bytes.readUInt32LE(58),
  bytes.readUInt32LE(62),
];

function paletteColour(
  bytes: Buffer,
  from: number,
  end: number,
  entryBytes: number,
  bits: number,
): (at: number, x: number) => Rgb {
  const perByte = 8 / bits;
  return (at, x) => {
    const index = (bytes[at]! >> (8 - bits * ((x % perByte) + 1))) & ((1 << bits) - 1);
    const entry = from + index * entryBytes;
    return entry + 2 < end ? [bytes[entry + 2]!, bytes[entry + 1]!, bytes[entry]!] : [0, 0, 0];
  };
}

function maskedColour(bytes: Buffer, masks: Rgb, pixelBytes: number): (at: number) => Rgb {
  const channels = masks.map((mask) => {
    const shift = mask === 0 ? 0 : 31 - Math.clz32(mask & -mask);
    const most = Math.max(mask >>> shift, 1);
    return (pixel: number): number => Math.floor((((pixel & mask) >>> shift) * 255) / most);
  });
  return (at) => {
    const pixel = bytes.readUIntLE(at, pixelBytes);
    return [channels[0]!(pixel), channels[1]!(pixel), channels[2]!(pixel)];
  };
}
