/** Conversions between float32 and the two 16-bit formats, element by element; 16-bit values travel as their bits. */

const bitsOf = new Uint32Array(1);
const valueOf = new Float32Array(bitsOf.buffer);

/** bfloat16 is the upper half of a float32. */
export function bfloat16ToFloat32(source: Uint16Array, target: Float32Array): void {
  const bits = new Uint32Array(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < source.length; i += 1) bits[i] = source[i]! << 16;
}

/** Round to nearest, ties to even; NaN stays NaN. Source: `round_to_nearest_even` of PyTorch c10/util/BFloat16.h. */
export function float32ToBfloat16(source: Float32Array, target: Uint16Array): void {
  const bits = new Uint32Array(source.buffer, source.byteOffset, source.length);
  for (let i = 0; i < source.length; i += 1) {
    const x = bits[i]!;
    const isNaN = (x & 0x7fffffff) > 0x7f800000;
    target[i] = isNaN ? (x >>> 16) | 0x40 : (x + 0x7fff + ((x >>> 16) & 1)) >>> 16;
  }
}

/** IEEE 754 binary16 to float32; exact. */
function float16Value(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  if (exponent === 0x1f) return fraction ? NaN : sign * Infinity;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1024 + fraction) * 2 ** (exponent - 25);
}

let float16Table: Float32Array | undefined;

/** IEEE 754 binary16 to float32 through a table of all 65,536 values. */
export function float16ToFloat32(source: Uint16Array, target: Float32Array): void {
  float16Table ??= Float32Array.from({ length: 65_536 }, (_, half) => float16Value(half));
  for (let i = 0; i < source.length; i += 1) target[i] = float16Table[source[i]!]!;
}

/** Round to nearest, ties to even; beyond 65,520 becomes infinite, below 2^-24 a subnormal or zero. */
function float16Bits(value: number): number {
  valueOf[0] = value;
  const x = bitsOf[0]!;
  const sign = (x >>> 16) & 0x8000;
  const magnitude = x & 0x7fffffff;
  if (magnitude > 0x7f800000) return sign | 0x7e00;
  // 65520 = 0x477ff000 is halfway between the largest half and the next power of two.
  if (magnitude >= 0x477ff000) return sign | 0x7c00;
  if (magnitude >= 0x38800000) {
    // Normal: rebias the exponent by 127 - 15, round away 13 bits of fraction.
    const rebiased = magnitude - 0x38000000;
    return sign | ((rebiased + 0xfff + ((rebiased >>> 13) & 1)) >>> 13);
  }
  // Subnormal: count units of 2^-24, ties to even.
  const units = Math.abs(value) * 2 ** 24;
  const floor = Math.floor(units);
  const rest = units - floor;
  return sign | (floor + (rest > 0.5 || (rest === 0.5 && floor % 2 === 1) ? 1 : 0));
}

export function float32ToFloat16(source: Float32Array, target: Uint16Array): void {
  for (let i = 0; i < source.length; i += 1) target[i] = float16Bits(source[i]!);
}
