import { readFile } from 'node:fs/promises';
import { AblateError } from '@ablate/errors';
import sharp from 'sharp';
import { decodeBmp, isBmp } from './bmp.js';
import { withoutTransparency } from './gif.js';
import { isJpeg, withoutTornSegment } from './jpeg.js';
import type { RgbImage } from './resize.js';
import { decodeTornPng, isTornPng } from './torn-png.js';

/** Whether a picture is turned and mirrored as its EXIF orientation says. */
export type Orientation = 'ignore' | 'apply';

/**
 * Reads a picture as 8-bit RGB as Pillow's `convert('RGB')` does: alpha is dropped, never blended; grey is repeated; palettes become
 * colours; 16 bits keep the high byte, but 16-bit grey is clipped to 255; gamma and colour profiles are not applied, EXIF orientation only on demand;
 * animations give their first frame; a truncated file is accepted. PNG, JPEG, WebP, GIF, BMP and what else libvips reads.
 * Errors: `BAD_IMAGE`, which names the file and `owner` (a sample's id).
 */
export async function decodeImage(
  file: string,
  owner: string,
  orientation: Orientation = 'ignore',
): Promise<RgbImage> {
  try {
    const bytes = await readFile(file);
    return await decode(isJpeg(bytes) ? withoutTornSegment(bytes) : bytes, orientation);
  } catch (cause) {
    throw new AblateError(
      'BAD_IMAGE',
      `Sample "${owner}": ${file} is missing or no picture (${(cause as Error).message}).`,
      {
        path: file,
        value: owner,
        rule: 'Every image that a record names is a readable picture.',
        fix: 'Restore the file, or remove the record.',
      },
      { cause },
    );
  }
}

async function decode(bytes: Buffer, orientation: Orientation): Promise<RgbImage> {
  if (isBmp(bytes)) return decodeBmp(bytes);
  if (isTornPng(bytes)) return decodeTornPng(bytes);
  const picture = sharp(withoutTransparency(bytes), {
    failOn: 'none',
    ignoreIcc: true,
    autoOrient: orientation === 'apply',
  });
  const { space } = await picture.metadata();
  if (space === 'cmyk') {
    const { data, info } = await picture
      .pipelineColourspace('cmyk')
      .toColourspace('cmyk')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { ...sizeOf(info), data: withChannels(data, info.channels, inkToLight) };
  }
  if (isGrey16(bytes)) {
    const { data, info } = await picture
      .removeAlpha()
      .toColourspace('grey16')
      .raw({ depth: 'ushort' })
      .toBuffer({ resolveWithObject: true });
    const grey = new Uint16Array(data.buffer, data.byteOffset, data.length / 2);
    return { ...sizeOf(info), data: withChannels(grey, info.channels, ([v]) => repeat(Math.min(v!, 255))) };
  }
  const { data, info } = await picture
    .toColourspace('srgb')
    .removeAlpha()
    .raw({ depth: 'uchar' })
    .toBuffer({ resolveWithObject: true });
  return {
    ...sizeOf(info),
    data: info.channels === 3 ? data : withChannels(data, info.channels, ([v]) => repeat(v!)),
  };
}

/** A PNG of 16-bit grey without alpha (bit depth and colour type stand in its first chunk); a transparent shade changes nothing. */
const isGrey16 = (bytes: Buffer): boolean =>
  bytes.toString('latin1', 1, 4) === 'PNG' && bytes[24] === 16 && bytes[25] === 0;

type Rgb = readonly [number, number, number];

const sizeOf = ({ width, height }: { readonly width: number; readonly height: number }) => ({
  width,
  height,
});
const repeat = (value: number): Rgb => [value, value, value];

function withChannels(
  data: Uint8Array | Uint16Array,
  channels: number,
  toRgb: (pixel: Uint8Array | Uint16Array) => Rgb,
): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i += 1) rgb.set(toRgb(data.subarray(i * channels, (i + 1) * channels)), 3 * i);
  return rgb;
}

/** CMYK to RGB without a profile. Source: Pillow 10 `Convert.c`, `cmyk2rgb`. */
function inkToLight([c, m, y, k]: Uint8Array | Uint16Array): Rgb {
  const light = 255 - k!;
  const channel = (ink: number): number => {
    const product = ink * light + 128;
    return light - (((product >> 8) + product) >> 8);
  };
  return [channel(c!), channel(m!), channel(y!)];
}
