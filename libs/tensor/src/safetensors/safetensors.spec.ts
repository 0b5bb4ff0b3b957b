import { mkdir, mkdtemp, readFile, readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toErrorShape } from '@ablate/errors';
import type { TensorData } from '../tensor-data.js';
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from './half.js';
import { openSafetensors } from './read.js';
import { writeSafetensors } from './write.js';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'safetensors-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const float = (shape: number[], values: number[]): TensorData => ({
  dtype: 'float32',
  shape,
  data: Float32Array.from(values),
});
const bitsOf = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]!;
const throughBfloat16 = (value: number): number => {
  const half = new Uint16Array(1);
  const back = new Float32Array(1);
  float32ToBfloat16(Float32Array.of(value), half);
  bfloat16ToFloat32(half, back);
  return back[0]!;
};
const toFloat16 = (value: number): number => {
  const half = new Uint16Array(1);
  float32ToFloat16(Float32Array.of(value), half);
  return half[0]!;
};
const fromFloat16 = (half: number): number => {
  const back = new Float32Array(1);
  float16ToFloat32(Uint16Array.of(half), back);
  return back[0]!;
};
/** A file made by hand, so that the reader is not tested against our own writer only. */
async function handmade(
  name: string,
  header: unknown,
  data: Uint8Array,
  announced?: bigint,
): Promise<string> {
  const json = typeof header === 'string' ? header : JSON.stringify(header);
  const prefix = Buffer.alloc(8);
  prefix.writeBigUInt64LE(announced ?? BigInt(Buffer.byteLength(json)));
  const file = join(folder, name);
  await writeFile(file, Buffer.concat([prefix, Buffer.from(json), data]));
  return file;
}
const bytes = (array: ArrayBufferView): Uint8Array =>
  new Uint8Array(array.buffer, array.byteOffset, array.byteLength);

describe('16-bit floats', () => {
  it('bfloat16 rounds to nearest, ties to even', () => {
    expect(throughBfloat16(1 + 2 ** -8)).toBe(1); // tie, even is below
    expect(throughBfloat16(1 + 3 * 2 ** -8)).toBe(1 + 2 ** -6); // tie, even is above
    expect(throughBfloat16(1 + 2 ** -8 + 2 ** -20)).toBe(1 + 2 ** -7);
    expect(throughBfloat16(3.4e38)).toBe(Infinity);
    expect(Object.is(throughBfloat16(-0), -0)).toBe(true);
    expect(throughBfloat16(NaN)).toBeNaN();
  });

  it('bfloat16 is never further than half a unit in the last place, and idempotent', () => {
    fc.assert(
      fc.property(
        fc.float({ noNaN: true, noDefaultInfinity: true, min: Math.fround(-1e38), max: Math.fround(1e38) }),
        (value) => {
          const rounded = throughBfloat16(value);
          expect(Math.abs(bitsOf(rounded) - bitsOf(value))).toBeLessThanOrEqual(0x8000);
          expect(throughBfloat16(rounded)).toBe(rounded);
        },
      ),
    );
  });

  it('every float16 survives the way to float32 and back', () => {
    const survives = (half: number): boolean => {
      const value = fromFloat16(half);
      return Number.isNaN(value) ? (toFloat16(value) & 0x7e00) === 0x7e00 : toFloat16(value) === half;
    };
    expect([...Array(65_536).keys()].filter((half) => !survives(half))).toEqual([]);
  });

  it.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [65504, 0x7bff],
    [65519, 0x7bff],
    [65520, 0x7c00],
    [2 ** -24, 0x0001],
    [2 ** -25, 0x0000], // tie to even
    [3 * 2 ** -25, 0x0002], // tie to even
    [2 ** -14, 0x0400],
    [1 + 2 ** -11, 0x3c00], // tie to even
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 - 2 ** -12, 0x4000], // carries into the exponent
  ])('float16 of %d is %i', (value, half) => expect(toFloat16(value)).toBe(half));
});

describe('writeSafetensors and openSafetensors', () => {
  it('gives back what was written, in order, with metadata', async () => {
    const file = join(folder, 'round.safetensors');
    const tensors = {
      'b.weight': float([2, 3], [1, -2, 3.5, 1e-30, -0, Infinity]),
      'a.bias': float([], [7]),
      empty: float([0, 4], []),
      ids: { dtype: 'int32', shape: [2], data: Int32Array.of(-5, 2 ** 31 - 1) },
    } as const;
    await writeSafetensors(file, tensors, { metadata: { format: 'pt' } });
    const opened = await openSafetensors(file);
    expect(opened.metadata).toEqual({ format: 'pt' });
    expect([...opened.tensors.keys()]).toEqual(Object.keys(tensors));
    for (const [name, tensor] of Object.entries(tensors)) expect(await opened.read(name)).toEqual(tensor);
    await opened.close();
  });

  it('writes any finite values and shapes back exactly', async () => {
    const arrays = fc.dictionary(
      fc.string({ minLength: 1, maxLength: 12 }).filter((name) => name !== '__metadata__'),
      fc.float32Array({ maxLength: 20 }),
      { maxKeys: 5, noNullPrototype: true },
    );
    await fc.assert(
      fc.asyncProperty(arrays, async (record) => {
        const file = join(folder, 'any.safetensors');
        const tensors = Object.fromEntries(
          Object.entries(record).map(([name, data]) => [
            name,
            { dtype: 'float32', shape: [data.length], data } as const,
          ]),
        );
        await writeSafetensors(file, tensors);
        const opened = await openSafetensors(file);
        for (const [name, { data }] of Object.entries(tensors)) {
          expect(bytes((await opened.read(name)).data)).toEqual(bytes(data));
        }
        await opened.close();
      }),
      { numRuns: 25 },
    );
  });

  it('the same tensors give the same bytes, and the data begins at a multiple of 8', async () => {
    const files = ['one.safetensors', 'two.safetensors'].map((name) => join(folder, name));
    for (const file of files) await writeSafetensors(file, { x: float([3], [1, 2, 3]) });
    const [one, two] = await Promise.all(files.map((file) => readFile(file)));
    expect(one!.equals(two!)).toBe(true);
    expect(Number(one!.readBigUInt64LE()) % 8).toBe(0);
  });

  it('stores bfloat16 and float16 when asked, int32 unchanged', async () => {
    for (const dtype of ['BF16', 'F16'] as const) {
      const file = join(folder, `${dtype}.safetensors`);
      const ids = { dtype: 'int32', shape: [1], data: Int32Array.of(70_001) } as const;
      await writeSafetensors(file, { w: float([3], [1, -0.5, 1 + 2 ** -12]), ids }, { dtype });
      const opened = await openSafetensors(file);
      expect(opened.tensors.get('w')!.dtype).toBe(dtype);
      expect((await opened.read('w')).data).toEqual(Float32Array.of(1, -0.5, 1));
      expect(await opened.read('ids')).toEqual(ids);
      await opened.close();
    }
  });

  it('reads I64 that fits in 32 bits and refuses what does not', async () => {
    const header = {
      fits: { dtype: 'I64', shape: [2], data_offsets: [0, 16] },
      wide: { dtype: 'I64', shape: [1], data_offsets: [16, 24] },
    };
    const file = await handmade('i64.safetensors', header, bytes(BigInt64Array.of(-3n, 9n, 2n ** 31n)));
    const opened = await openSafetensors(file);
    expect((await opened.read('fits')).data).toEqual(Int32Array.of(-3, 9));
    await expect(opened.read('wide')).rejects.toMatchObject({
      code: 'CORRUPT_SAFETENSORS',
      value: '2147483648',
    });
    await opened.close();
  });

  it('reads tensors that lie at odd offsets, in any order of the header', async () => {
    const header = {
      second: { dtype: 'F32', shape: [1], data_offsets: [1, 5] },
      first: { dtype: 'U8', shape: [1], data_offsets: [0, 1] },
    };
    const file = await handmade(
      'odd.safetensors',
      header,
      Buffer.concat([Buffer.of(9), bytes(Float32Array.of(2.5))]),
    );
    const opened = await openSafetensors(file);
    expect((await opened.read('second')).data).toEqual(Float32Array.of(2.5));
    await expect(opened.read('first')).rejects.toMatchObject({ code: 'UNSUPPORTED_DTYPE', value: 'U8' });
    await expect(opened.read('third')).rejects.toMatchObject({ code: 'UNKNOWN_TENSOR', value: 'third' });
    await opened.close();
  });

  it('a failed write leaves the old file and nothing else', async () => {
    const place = await mkdtemp(join(folder, 'kept-'));
    const file = join(place, 'model.safetensors');
    await writeSafetensors(file, { x: float([1], [1]) });
    const wrong = { dtype: 'bool', shape: [1], data: Uint8Array.of(1) } as const;
    await expect(writeSafetensors(file, { x: float([1], [2]), wrong })).rejects.toThrow('"wrong" is bool');
    await expect(writeSafetensors(file, { x: float([2], [2]) })).rejects.toThrow('elements of its shape');
    expect(await readdir(place)).toEqual(['model.safetensors']);
    const opened = await openSafetensors(file);
    expect((await opened.read('x')).data).toEqual(Float32Array.of(1));
    await opened.close();
  });

  it('a write that cannot take its place removes its temporary file', async () => {
    const place = await mkdtemp(join(folder, 'taken-'));
    await mkdir(join(place, 'model', 'inside'), { recursive: true });
    const file = join(place, 'model');
    await expect(writeSafetensors(file, { x: float([1], [1]) })).rejects.toMatchObject({
      code: 'FILE_NOT_WRITABLE',
      path: file,
    });
    expect(await readdir(place)).toEqual(['model']);
  });

  it('says which folder cannot be written', async () => {
    const file = join(folder, 'no-such-folder', 'm.safetensors');
    await expect(writeSafetensors(file, {})).rejects.toMatchObject({
      code: 'FILE_NOT_WRITABLE',
      path: file,
      value: 'ENOENT',
    });
  });
});

describe('files that break the format', () => {
  const f32 = (offsets: unknown, shape: unknown = [2]): unknown => ({
    dtype: 'F32',
    shape,
    data_offsets: offsets,
  });
  const cases: readonly [string, unknown, number, string, bigint?][] = [
    ['a header longer than the file', {}, 0, 'announce a header of 4096 bytes', 4096n],
    ['a header of absurd length', {}, 0, 'announce a header of', 2n ** 62n],
    ['a header that is no JSON', 'not json', 0, 'its header is no JSON'],
    ['a header that is a list', '[1,2]', 0, 'its header is no JSON object'],
    ['metadata that is no map of strings', { __metadata__: { a: 1 } }, 0, '__metadata__'],
    ['an entry without offsets', { w: { dtype: 'F32', shape: [2] } }, 8, 'tensor "w" is badly described'],
    ['a negative length', { w: f32([0, 8], [-2]) }, 8, 'tensor "w" is badly described'],
    ['a fractional length', { w: f32([0, 8], [2.5]) }, 8, 'tensor "w" is badly described'],
    [
      'an unknown element type',
      { w: { dtype: 'Q4_0', shape: [2], data_offsets: [0, 8] } },
      8,
      'unknown element type "Q4_0"',
    ],
    [
      'an element type named like a method',
      { w: { dtype: 'toString', shape: [2], data_offsets: [0, 8] } },
      8,
      'unknown element type',
    ],
    [
      'a shape that does not fill its offsets',
      { w: f32([0, 8], [3]) },
      8,
      'needs 12 bytes and its offsets span 8',
    ],
    ['a shape of astronomical size', { w: f32([0, 8], [2 ** 40, 2 ** 40]) }, 8, 'its offsets span 8'],
    ['offsets that run backwards', { w: f32([8, 0]) }, 8, 'its offsets span -8'],
    ['overlapping tensors', { a: f32([0, 8]), b: f32([4, 12]) }, 12, 'tensor "b" overlaps'],
    ['a hole between tensors', { a: f32([0, 8]), b: f32([12, 20]) }, 20, 'tensor "b" leaves a hole'],
    ['a hole before the first tensor', { a: f32([4, 12]) }, 12, 'tensor "a" leaves a hole'],
    ['bytes that belong to nothing', { a: f32([0, 8]) }, 9, '1 bytes after the last tensor'],
    ['an offset beyond the file', { a: f32([0, 8]), b: f32([8, 16]) }, 12, 'tensor "b" [2] ends at'],
  ];

  for (const [name, header, dataBytes, message, announced] of cases) {
    it(name, async () => {
      const file = await handmade('bad.safetensors', header, new Uint8Array(dataBytes), announced);
      const error = toErrorShape(await openSafetensors(file).catch((thrown: unknown) => thrown));
      expect(error).toMatchObject({ code: 'CORRUPT_SAFETENSORS', path: file });
      expect(error.message).toContain(message);
      expect(error.rule).toEqual(expect.any(String));
      expect(error.fix).toEqual(expect.any(String));
    });
  }

  it('a file cut off at any byte is refused when it is opened', async () => {
    const file = join(folder, 'cut.safetensors');
    await writeSafetensors(file, { a: float([2], [1, 2]), b: float([1], [3]) });
    const { length } = await readFile(file);
    for (let size = length - 1; size >= 0; size -= 1) {
      await truncate(file, size);
      await expect(openSafetensors(file)).rejects.toMatchObject({ code: 'CORRUPT_SAFETENSORS', path: file });
    }
  });

  it('a missing file and a folder are named', async () => {
    const missing = join(folder, 'nowhere.safetensors');
    await expect(openSafetensors(missing)).rejects.toMatchObject({
      code: 'FILE_NOT_READABLE',
      path: missing,
      value: 'ENOENT',
    });
    await expect(openSafetensors(folder)).rejects.toMatchObject({
      code: 'CORRUPT_SAFETENSORS',
      path: folder,
    });
  });
});
