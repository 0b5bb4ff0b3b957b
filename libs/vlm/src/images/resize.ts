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

/** One pass along x (`step` 3) or y (`step` 3 * width): rows of `lines` lines. */
function pass(
  source: Uint8Array,
  target: Uint8Array,
  taps: Taps,
  output: number,
  lines: number,
  at: { in: (line: number, i: number) => number; out: (line: number, i: number) => number },
): void {
  const half = 1 << (PRECISION - 1);
  for (let line = 0; line < lines; line += 1) {
    for (let i = 0; i < output; i += 1) {
      const first = taps.first[i]!;
      const count = taps.count[i]!;
      let [r, g, b] = [half, half, half];
      for (let k = 0; k < count; k += 1) {
        const weight = taps.weights[i * taps.stride + k]!;
        const from = at.in(line, first + k);
        r += source[from]! * weight;
        g += source[from + 1]! * weight;
        b += source[from + 2]! * weight;
      }
      const to = at.out(line, i);
      target[to] = clip(r);
      target[to + 1] = clip(g);
      target[to + 2] = clip(b);
    }
  }
}

const clip = (sum: number): number => {
  const value = Math.floor(sum / (1 << PRECISION));
  return value < 0 ? 0 : value > 255 ? 255 : value;
};

/**
 * Resizes as Pillow does, to the byte: horizontal pass first, stored in 8 bits, then vertical; a side that does not change has no
 * pass. Source: Pillow 10 `ImagingResample`.
 */
export function resize(image: RgbImage, width: number, height: number, filter: Filter): RgbImage {
  let { data } = image;
  if (width !== image.width) {
    const next = new Uint8Array(3 * width * image.height);
    pass(data, next, tapsOf(image.width, width, filter), width, image.height, {
      in: (line, i) => 3 * (line * image.width + i),
      out: (line, i) => 3 * (line * width + i),
    });
    data = next;
  }
  if (height !== image.height) {
    const next = new Uint8Array(3 * width * height);
    pass(data, next, tapsOf(image.height, height, filter), height, width, {
      in: (line, i) => 3 * (i * width + line),
      out: (line, i) => 3 * (i * width + line),
    });
    data = next;
  }
  return { width, height, data };
}
