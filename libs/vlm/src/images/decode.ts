import { AblateError } from '@ablate/errors';
import sharp from 'sharp';
import type { RgbImage } from './resize.js';

/**
 * Reads a picture as 8-bit RGB as Pillow's `convert('RGB')` does: alpha is dropped, never blended; grey is repeated; palettes become
 * colours; EXIF orientation is not applied; a truncated file is accepted. `owner` (a sample's id) is named in errors.
 */
export async function decodeImage(file: string, owner: string): Promise<RgbImage> {
  try {
    const { data, info } = await sharp(file, { failOn: 'none' })
      .toColourspace('srgb')
      .removeAlpha()
      .raw({ depth: 'uchar' })
      .toBuffer({ resolveWithObject: true });
    return {
      width: info.width,
      height: info.height,
      data: info.channels === 3 ? data : repeatGrey(data, info.channels),
    };
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

function repeatGrey(data: Uint8Array, channels: number): Uint8Array {
  const pixels = data.length / channels;
  const rgb = new Uint8Array(3 * pixels);
  for (let i = 0; i < pixels; i += 1) rgb.fill(data[i * channels]!, 3 * i, 3 * i + 3);
  return rgb;
}
