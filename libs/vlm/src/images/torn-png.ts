import { constants, inflateSync } from 'node:zlib';
import type { RgbImage } from './resize.js';

interface Chunk {
  readonly type: string;
  readonly data: Buffer;
}

/** Chunks of a PNG, the last one as far as it goes. */
function chunksOf(bytes: Buffer): Chunk[] {
  const chunks: Chunk[] = [];
  for (let at = 8; at + 8 <= bytes.length;) {
    const length = bytes.readUInt32BE(at);
    const type = bytes.toString('latin1', at + 4, at + 8);
    chunks.push({ type, data: bytes.subarray(at + 8, at + 8 + length) });
    if (type === 'IEND') break;
    at += 12 + length;
  }
  return chunks;
}

/** Whether a PNG has no end, and its rows stand in their order (which decoders of interlaced ones do not give). */
export const isTornPng = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 1, 4) === 'PNG' && bytes[28] === 0 && chunksOf(bytes).at(-1)?.type !== 'IEND';

const CHANNELS: Readonly<Record<number, number>> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** Undoes the filter of a row in place. Source: PNG specification, section 9. */
function unfilter(kind: number, row: Uint8Array, above: Uint8Array, step: number): void {
  for (let i = 0; i < row.length; i += 1) {
    const left = i >= step ? row[i - step]! : 0;
    const up = above[i]!;
    const corner = i >= step ? above[i - step]! : 0;
    const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][kind] ?? 0;
    row[i] = row[i]! + guess;
  }
}

function paeth(left: number, up: number, corner: number): number {
  const base = left + up - corner;
  const [a, b, c] = [Math.abs(base - left), Math.abs(base - up), Math.abs(base - corner)];
  if (a <= b && a <= c) return left;
  return b <= c ? up : corner;
}

/**
 * Reads what a cut-off PNG still holds: whole rows, then zeros (the first colour of a palette), as Pillow does when it is told to load
 * truncated files. Throws an Error where not even header and palette are whole.
 */
export function decodeTornPng(bytes: Buffer): RgbImage {
  const chunks = chunksOf(bytes);
  const header = chunks[0];
  if (header?.type !== 'IHDR' || header.data.length < 13) throw new Error('the PNG ends within its header');
  const [width, height] = [header.data.readUInt32BE(0), header.data.readUInt32BE(4)];
  const [depth, colour] = [header.data[8]!, header.data[9]!];
  const channels = CHANNELS[colour];
  const palette = chunks.find(({ type }) => type === 'PLTE')?.data;
  if (channels === undefined || (colour === 3 && !palette))
    throw new Error('the PNG ends before its palette');
  const rowBytes = Math.ceil((width * channels * depth) / 8);
  const coded = Buffer.concat(chunks.flatMap(({ type, data }) => (type === 'IDAT' ? [data] : [])));
  const rows =
    coded.length < 3 ? Buffer.alloc(0) : inflateSync(coded, { finishFlush: constants.Z_SYNC_FLUSH });
  const data = new Uint8Array(3 * width * height);
  const toRgb = pixelReader(depth, colour, channels, palette);
  let above = new Uint8Array(rowBytes);
  for (let y = 0; y < height; y += 1) {
    const at = y * (rowBytes + 1);
    const row = new Uint8Array(rowBytes);
    if (at + rowBytes + 1 <= rows.length) {
      row.set(rows.subarray(at + 1, at + 1 + rowBytes));
      unfilter(rows[at]!, row, above, Math.max(1, (channels * depth) >> 3));
    }
    for (let x = 0; x < width; x += 1) data.set(toRgb(row, x), 3 * (y * width + x));
    above = row;
  }
  return { width, height, data };
}

/** 8-bit RGB of a pixel of a row; 16 bits keep the high byte, but grey is clipped, as Pillow does. */
function pixelReader(
  depth: number,
  colour: number,
  channels: number,
  palette: Buffer | undefined,
): (row: Uint8Array, x: number) => readonly [number, number, number] {
  const most = (1 << depth) - 1;
  const sample = (row: Uint8Array, index: number): number => {
    if (depth === 16) return row[2 * index]!;
    if (depth === 8) return row[index]!;
    const perByte = 8 / depth;
    return (row[Math.floor(index / perByte)]! >> (8 - depth * ((index % perByte) + 1))) & most;
  };
  return (row, x) => {
    if (colour === 3) {
      const at = 3 * sample(row, x);
      return [palette![at] ?? 0, palette![at + 1] ?? 0, palette![at + 2] ?? 0];
    }
    if (colour === 2 || colour === 6)
      return [0, 1, 2].map((c) => sample(row, x * channels + c)) as unknown as [number, number, number];
    const value = sample(row, x * channels);
    const grey =
      depth === 16 && colour === 0
        ? Math.min(255, 256 * row[2 * x]! + row[2 * x + 1]!)
        : depth < 8
          ? Math.round((value * 255) / most)
          : value;
    return [grey, grey, grey];
  };
}
