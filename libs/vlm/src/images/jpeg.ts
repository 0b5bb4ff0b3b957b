const [MARK, START_OF_IMAGE, START_OF_SCAN] = [0xff, 0xd8, 0xda];
const END_OF_IMAGE = Buffer.of(MARK, 0xd9);

export const isJpeg = (bytes: Buffer): boolean => bytes[0] === MARK && bytes[1] === START_OF_IMAGE;

/** Where the coded data that begins at `at` ends: the next marker that is no stuffing and no restart, or the end of the file. */
function scanEnd(bytes: Buffer, at: number): number {
  for (let i = bytes.indexOf(MARK, at); i >= 0; i = bytes.indexOf(MARK, i + 1)) {
    const next = bytes[i + 1];
    if (next === undefined) return i;
    if (next !== 0 && next !== MARK && (next < 0xd0 || next > 0xd7)) return i;
  }
  return bytes.length;
}

/**
 * A JPEG that ends within a segment after its first scan, ended before that segment: decoders then give what the whole scans hold.
 * Anything else as it is. Source: ITU-T T.81, annex B.
 */
export function withoutTornSegment(bytes: Buffer): Buffer {
  let at = 2;
  let scans = 0;
  while (at + 1 < bytes.length) {
    const isTorn = at + 4 > bytes.length || at + 2 + bytes.readUInt16BE(at + 2) > bytes.length;
    if (bytes[at] !== MARK || bytes[at + 1] === END_OF_IMAGE[1]) return bytes;
    if (isTorn) return scans > 0 ? Buffer.concat([bytes.subarray(0, at), END_OF_IMAGE]) : bytes;
    const end = at + 2 + bytes.readUInt16BE(at + 2);
    if (bytes[at + 1] === START_OF_SCAN) scans += 1;
    at = bytes[at + 1] === START_OF_SCAN ? scanEnd(bytes, end) : end;
  }
  return bytes;
}
