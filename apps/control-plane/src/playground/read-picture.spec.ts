import { describe, expect, it } from '@jest/globals';
import { readPicture } from './read-picture.js';

/** Headers as far as sizes go. */
const png = (width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(33);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.write('IHDR', 12, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const jpeg = (width: number, height: number): Buffer => {
  const frame = Buffer.from([0xff, 0xc2, 0, 17, 8, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  // An application segment, a fill byte and a table come before it.
  return Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 4, 1, 2, 0xff, 0xff, 0xc4, 0, 3, 0]), frame]);
};
const webp = (kind: 'VP8 ' | 'VP8L' | 'VP8X', width: number, height: number): Buffer => {
  const bytes = Buffer.alloc(40);
  bytes.write('RIFF', 0, 'latin1');
  bytes.write(`WEBP${kind}`, 8, 'latin1');
  if (kind === 'VP8 ') {
    bytes.writeUInt16LE(width, 26);
    bytes.writeUInt16LE(height, 28);
  } else if (kind === 'VP8L') bytes.writeUInt32LE(width - 1 + (height - 1) * 2 ** 14, 21);
  else {
    bytes.writeUIntLE(width - 1, 24, 3);
    bytes.writeUIntLE(height - 1, 27, 3);
  }
  return bytes;
};
const read = (bytes: Buffer) => readPicture(bytes.toString('base64'));

describe('an uploaded picture', () => {
  it.each([
    ['image/png', png(640, 480)],
    ['image/jpeg', jpeg(640, 480)],
    ['image/webp', webp('VP8 ', 640, 480)],
    ['image/webp', webp('VP8L', 640, 480)],
    ['image/webp', webp('VP8X', 640, 480)],
  ])('%s is known by its bytes', (type, bytes) => {
    expect(read(bytes)).toEqual({ bytes, type });
  });

  it.each([
    ['PNG', png(10_000, 4001)],
    ['JPEG', jpeg(10_000, 4001)],
    ['WebP', webp('VP8 ', 16_000, 2501)],
    ['lossless WebP', webp('VP8L', 16_000, 2501)],
    ['extended WebP', webp('VP8X', 10_000, 4001)],
  ])('of more than 40 megapixels is refused: %s', (_, bytes) => {
    expect(() => read(bytes)).toThrow(expect.objectContaining({ code: 'IMAGE_TOO_LARGE', path: 'image' }));
  });

  it.each([
    ['IMAGE_TYPE', Buffer.from('GIF89a and more of it')],
    ['IMAGE_TYPE', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ['BAD_IMAGE', png(0, 10)],
    ['BAD_IMAGE', png(10, 10).subarray(0, 12)],
    ['BAD_IMAGE', jpeg(10, 10).subarray(0, 14)],
    ['BAD_IMAGE', webp('VP8 ', 10, 10).subarray(0, 20)],
    ['IMAGE_TOO_LARGE', Buffer.concat([png(1, 1), Buffer.alloc(4 * 2 ** 20)])],
  ])('%s, with what to do', (code, bytes) => {
    expect(() => read(bytes)).toThrow(
      expect.objectContaining({ code, rule: expect.stringMatching(/./), fix: expect.stringMatching(/./) }),
    );
  });

  it('that is no base64 is refused', () => {
    for (const text of ['data:image/png;base64,AAAA', 'AAA', 'A A=', '===='])
      expect(() => readPicture(text)).toThrow(expect.objectContaining({ code: 'BAD_IMAGE' }));
  });
});
