/** 8-bit interleaved RGB picture. */
export interface RgbImage {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8Array;
}

export type Filter = 'bicubic' | 'bilinear';

/** Pillow's kernels: support in source pixels at scale 1, and weight at a distance (bicubic with a = -0.5). */
const KERNELS: Readonly<
  Record<Filter, { readonly support: number; readonly weight: (x: number) => number }>
> = {
  bicubic: {
    support: 2,
    weight: (signed) => {
      const a = -0.5;
      const x = Math.abs(signed);
      if (x < 1) return ((a + 2) * x - (a + 3)) * x * x + 1;
      return x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0;
    },
  },
  bilinear: { support: 1, weight: (x) => Math.max(0, 1 - Math.abs(x)) },
};
/** Fractional bits of Pillow's integer weights for 8-bit channels. */
const PRECISION = 22;

interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  readonly stride: number;
}

/** Integer weights of each output position. Source: Pillow `Resample.c`, `precompute_coeffs` and `normalize_coeffs_8bpc`. */
function tapsOf(input: number, output: number, filter: Filter): Taps {
  const { support: base, weight } = KERNELS[filter];
  const scale = input / output;
  const widened = Math.max(scale, 1);
  const support = base * widened;
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(output);
  const count = new Int32Array(output);
  const weights = new Int32Array(output * stride);
  for (let i = 0; i < output; i += 1) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(input, Math.trunc(centre + support + 0.5));
    const raw = Array.from({ length: high - low }, (_, x) =>
      weight((x + low - centre + 0.5) * (1 / widened)),
    );
    const total = raw.reduce((a, b) => a + b, 0);
    raw.forEach((value, x) => {
      const scaled = (total === 0 ? value : value / total) * (1 << PRECISION);
      weights[i * stride + x] = Math.trunc(scaled < 0 ? scaled - 0.5 : scaled + 0.5);
    });
    first[i] = low;
    count[i] = high - low;
  }
  return { first, count, weights, stride };
}

/** Byte distances between neighbours along a pass, and between the lines that it goes along. */
interface Strides {
  readonly along: number;
  readonly across: number;
}

/** One pass over `lines` lines of `output` pixels; sums stay below 2^31, as in Pillow. */
function pass(
  source: Uint8Array,
  from: Strides,
  target: Uint8Array,
  to: Strides,
  taps: Taps,
  output: number,
  lines: number,
): void {
  const { first, count, weights, stride } = taps;
  const half = 1 << (PRECISION - 1);
  for (let line = 0; line < lines; line += 1) {
    for (let i = 0; i < output; i += 1) {
      let at = line * from.across + first[i]! * from.along;
      let [r, g, b] = [half, half, half];
      for (let k = i * stride, end = k + count[i]!; k < end; k += 1, at += from.along) {
        const weight = weights[k]!;
        r += source[at]! * weight;
        g += source[at + 1]! * weight;
        b += source[at + 2]! * weight;
      }
      const out = line * to.across + i * to.along;
      target[out] = clip(r);
      target[out + 1] = clip(g);
      target[out + 2] = clip(b);
    }
  }
}

const clip = (sum: number): number => Math.min(Math.max(sum >> PRECISION, 0), 255);

/**
 * Resizes as Pillow does, to the byte: horizontal pass first, stored in 8 bits, then vertical; a side that does not change has no
 * pass. Source: Pillow 10 `ImagingResample`.
 */
export function resize(image: RgbImage, width: number, height: number, filter: Filter): RgbImage {
  const row = 3 * width;
  let { data } = image;
  if (width !== image.width) {
    const next = new Uint8Array(row * image.height);
    const taps = tapsOf(image.width, width, filter);
    pass(
      data,
      { along: 3, across: 3 * image.width },
      next,
      { along: 3, across: row },
      taps,
      width,
      image.height,
    );
    data = next;
  }
  if (height !== image.height) {
    const next = new Uint8Array(row * height);
    const strides = { along: row, across: 3 };
    pass(data, strides, next, strides, tapsOf(image.height, height, filter), height, width);
    data = next;
  }
  return { width, height, data };
}
