import { MOST_IMAGE_BYTES } from '@ablate/contracts';
import { AblateError } from '@ablate/errors';

export interface Picture {
  readonly bytes: Buffer;
  readonly type: 'image/png' | 'image/jpeg' | 'image/webp';
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** A few kilobytes can say that they are a picture of gigabytes. */
const MOST_PIXELS = 40e6;

const refusal = (code: string, message: string, value: unknown, rule: string, fix: string): AblateError =>
  new AblateError(code, message, { path: 'image', value, rule, fix });

const isPng = (bytes: Buffer): boolean => bytes.toString('latin1', 0, 8) === '\x89PNG\r\n\x1a\n';
const isJpeg = (bytes: Buffer): boolean => bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff;
const isWebp = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** Of the first frame header. Source: ITU T.81, B.1.1. */
function jpegSize(bytes: Buffer): Size | null {
  for (let at = 2; at + 9 < bytes.length;) {
    if (bytes[at] !== 0xff) return null;
    const marker = bytes[at + 1]!;
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) };
    // Fill bytes, and markers without a segment.
    if (marker === 0xff) at += 1;
    else if (marker === 0x01 || (marker >= 0xd0 && marker <= 0xd8)) at += 2;
    else at += 2 + bytes.readUInt16BE(at + 2);
  }
  return null;
}

/** Source: RFC 9649, sections 2.5 to 2.7. */
function webpSize(bytes: Buffer): Size | null {
  if (bytes.length < 30) return null;
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
    case 'VP8L': {
      const bits = bytes.readUInt32LE(21);
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
    }
    case 'VP8X':
      return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
    default:
      return null;
  }
}

function look(bytes: Buffer): { readonly type: Picture['type']; readonly size: Size | null } | null {
  if (isPng(bytes))
    return {
      type: 'image/png',
      size: bytes.length < 24 ? null : { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) },
    };
  if (isJpeg(bytes)) return { type: 'image/jpeg', size: jpegSize(bytes) };
  if (isWebp(bytes)) return { type: 'image/webp', size: webpSize(bytes) };
  return null;
}

/** A picture in base64, checked by what its bytes say. Throws BAD_IMAGE, IMAGE_TOO_LARGE and IMAGE_TYPE. */
export function readPicture(text: string): Picture {
  if (text.length > 4 * Math.ceil(MOST_IMAGE_BYTES / 3))
    throw refusal(
      'IMAGE_TOO_LARGE',
      'The picture is too large.',
      Math.floor((text.length * 3) / 4),
      `At most ${MOST_IMAGE_BYTES / 2 ** 20} MiB.`,
      'Make it smaller; models here see a few hundred pixels a side.',
    );
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(text) || text.length % 4 !== 0)
    throw refusal('BAD_IMAGE', 'The picture is no base64.', null, 'Its bytes in base64.', 'Encode the file.');
  const bytes = Buffer.from(text, 'base64');
  const seen = look(bytes);
  if (seen === null)
    throw refusal(
      'IMAGE_TYPE',
      'The picture is of no type that is taken.',
      bytes.toString('hex', 0, 8),
      'PNG, JPEG or WebP.',
      'Save it as one of these.',
    );
  if (seen.size === null || seen.size.width * seen.size.height === 0)
    throw refusal('BAD_IMAGE', 'The picture is broken.', seen.type, 'A whole picture.', 'Save it again.');
  const { width, height } = seen.size;
  if (width * height > MOST_PIXELS)
    throw refusal(
      'IMAGE_TOO_LARGE',
      `The picture has ${width} x ${height} pixels.`,
      width * height,
      `At most ${MOST_PIXELS / 1e6} megapixels.`,
      'Make it smaller; models here see a few hundred pixels a side.',
    );
  return { bytes, type: seen.type };
}
