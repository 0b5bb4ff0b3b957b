import { decodeImage, type Orientation } from './decode.js';
import type { RgbImage } from './resize.js';

/** Decoded pictures, the least recently used of them forgotten beyond a size in bytes. A picture is decoded once at a time. */
export class ImageCache {
  /** In the order of use, the latest last. */
  private readonly kept = new Map<string, RgbImage>();
  private readonly running = new Map<string, Promise<RgbImage>>();
  private bytes = 0;

  constructor(
    /** At most so many bytes of pixels; a larger picture is not kept. 0 = keep nothing. */
    private readonly maxBytes: number,
    private readonly orientation: Orientation = 'ignore',
  ) {}

  /** Bytes of pixels that are kept. */
  get size(): number {
    return this.bytes;
  }

  /** The picture of a file. Errors: those of `decodeImage`; they are not kept. */
  async get(file: string, owner: string): Promise<RgbImage> {
    const known = this.kept.get(file);
    if (known) {
      this.kept.delete(file);
      this.kept.set(file, known);
      return known;
    }
    const started = this.running.get(file);
    if (started) return started;
    const decoding = decodeImage(file, owner, this.orientation).finally(() => this.running.delete(file));
    this.running.set(file, decoding);
    const image = await decoding;
    this.keep(file, image);
    return image;
  }

  private keep(file: string, image: RgbImage): void {
    if (image.data.length > this.maxBytes) return;
    this.kept.set(file, image);
    this.bytes += image.data.length;
    for (const [oldest, { data }] of this.kept) {
      if (this.bytes <= this.maxBytes) break;
      this.kept.delete(oldest);
      this.bytes -= data.length;
    }
  }
}
