import { open, type FileHandle } from 'node:fs/promises';
import { AblateError } from '@ablate/errors';
import { sizeOf, type TensorData } from '../tensor-data.js';
import { bfloat16ToFloat32, float16ToFloat32 } from './half.js';
import {
  corrupt,
  headerLength,
  parseHeader,
  PREFIX_BYTES,
  type SafetensorsEntry,
  type SafetensorsHeader,
} from './header.js';

/** An open file whose header was checked. Tensors are read one at a time. */
export interface SafetensorsFile extends SafetensorsHeader {
  /**
   * One tensor as float32 (F32, F16, BF16) or int32 (I32, I64 within its range).
   * Throws `UNKNOWN_TENSOR`, `UNSUPPORTED_DTYPE` or `CORRUPT_SAFETENSORS`.
   */
  read(name: string): Promise<TensorData>;
  close(): Promise<void>;
}

/** Bytes a read call, so that conversion needs no second copy of a tensor and no call passes 2 GiB. */
const CHUNK_BYTES = 1 << 24;

type Convert = (bytes: Uint8Array<ArrayBuffer>, target: Float32Array | Int32Array, name: string) => void;

const words = (bytes: Uint8Array<ArrayBuffer>): Uint16Array =>
  new Uint16Array(bytes.buffer, bytes.byteOffset, bytes.length / 2);

/** How the element types that we can read become ours; `null` = the bytes are the array. */
const readers = (
  file: string,
): Readonly<Record<string, { dtype: 'float32' | 'int32'; bytes: number; convert: Convert | null }>> => ({
  F32: { dtype: 'float32', bytes: 4, convert: null },
  I32: { dtype: 'int32', bytes: 4, convert: null },
  F16: {
    dtype: 'float32',
    bytes: 2,
    convert: (bytes, target) => float16ToFloat32(words(bytes), target as Float32Array),
  },
  BF16: {
    dtype: 'float32',
    bytes: 2,
    convert: (bytes, target) => bfloat16ToFloat32(words(bytes), target as Float32Array),
  },
  I64: { dtype: 'int32', bytes: 8, convert: (bytes, target, name) => narrow(file, bytes, target, name) },
});

function narrow(
  file: string,
  bytes: Uint8Array<ArrayBuffer>,
  target: Float32Array | Int32Array,
  name: string,
): void {
  const source = new BigInt64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  source.forEach((value, i) => {
    if (BigInt.asIntN(32, value) !== value) {
      throw corrupt(file, `tensor "${name}" holds ${value}`, value.toString(), 'I64 values fit in 32 bits.');
    }
    target[i] = Number(value);
  });
}

/**
 * Opens a safetensors file and checks its header against the file's size before anything is allocated for a tensor.
 * Throws `FILE_NOT_READABLE` or `CORRUPT_SAFETENSORS`, naming file, tensor and rule.
 */
export async function openSafetensors(file: string): Promise<SafetensorsFile> {
  const handle = await openForReading(file);
  try {
    const header = await readHeader(file, handle);
    return {
      ...header,
      read: (name) => readTensor(file, handle, name, header.tensors),
      close: () => handle.close(),
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

async function openForReading(file: string): Promise<FileHandle> {
  try {
    return await open(file, 'r');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    throw new AblateError(
      'FILE_NOT_READABLE',
      `${file} cannot be read (${code}).`,
      {
        path: file,
        value: code,
        rule: 'The file exists and may be read.',
        fix: 'Check the path and its permissions.',
      },
      { cause },
    );
  }
}

async function readHeader(file: string, handle: FileHandle): Promise<SafetensorsHeader> {
  const status = await handle.stat();
  if (!status.isFile())
    throw corrupt(file, 'it is no regular file', null, 'A safetensors file is a regular file.');
  const prefix = Buffer.alloc(PREFIX_BYTES);
  const { bytesRead } = await handle.read(prefix, 0, PREFIX_BYTES, 0);
  const length = headerLength(file, prefix.subarray(0, bytesRead), status.size);
  const text = Buffer.alloc(length);
  await readExactly(file, handle, text, PREFIX_BYTES);
  return parseHeader(file, text, status.size);
}

async function readExactly(
  file: string,
  handle: FileHandle,
  target: Uint8Array,
  position: number,
): Promise<void> {
  for (let done = 0; done < target.length;) {
    const { bytesRead } = await handle.read(
      target,
      done,
      Math.min(CHUNK_BYTES, target.length - done),
      position + done,
    );
    if (bytesRead === 0)
      throw corrupt(
        file,
        `the file ended at ${position + done} while it was read`,
        position + done,
        'The file does not change while it is read.',
      );
    done += bytesRead;
  }
}

async function readTensor(
  file: string,
  handle: FileHandle,
  name: string,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
): Promise<TensorData> {
  const entry = tensors.get(name);
  if (!entry) {
    throw new AblateError('UNKNOWN_TENSOR', `${file} has no tensor "${name}".`, {
      path: file,
      value: name,
      rule: `The file holds ${tensors.size} tensors, "${name}" among them.`,
      fix: 'Check that the weights belong to this architecture.',
    });
  }
  const available = readers(file);
  const reader = available[entry.dtype];
  if (!reader) {
    throw new AblateError('UNSUPPORTED_DTYPE', `${file}: tensor "${name}" is stored as ${entry.dtype}.`, {
      path: file,
      value: entry.dtype,
      rule: `Weights are stored as one of ${Object.keys(available).join(', ')}.`,
      fix: 'Convert the weights to F32 or BF16.',
    });
  }
  const { shape, begin, end } = entry;
  const { dtype, bytes, convert } = reader;
  const data = dtype === 'float32' ? new Float32Array(sizeOf(shape)) : new Int32Array(sizeOf(shape));
  if (!convert) {
    await readExactly(file, handle, new Uint8Array(data.buffer), begin);
    return { dtype, shape, data };
  }
  const chunk = new Uint8Array(Math.min(CHUNK_BYTES, end - begin));
  for (let done = 0; done < end - begin; done += chunk.length) {
    const part = chunk.subarray(0, Math.min(chunk.length, end - begin - done));
    await readExactly(file, handle, part, begin + done);
    convert(part, data.subarray(done / bytes, (done + part.length) / bytes), name);
  }
  return { dtype, shape, data };
}
