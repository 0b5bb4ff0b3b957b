import { randomUUID } from 'node:crypto';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AblateError } from '@ablate/errors';
import type { Tensors } from '../executor.js';
import { sizeOf, type TensorData } from '../tensor-data.js';
import { float32ToBfloat16, float32ToFloat16 } from './half.js';
import { PREFIX_BYTES } from './header.js';

export interface WriteSafetensorsOptions {
  readonly metadata?: Readonly<Record<string, string>>;
  /** How float32 tensors are stored (round to nearest, ties to even); default F32. int32 stays I32. */
  readonly dtype?: 'F32' | 'BF16' | 'F16';
}

type StoredDType = 'F32' | 'BF16' | 'F16' | 'I32';

/** Elements a conversion and write call. */
const CHUNK_ELEMENTS = 1 << 22;

function storedAs(
  name: string,
  { dtype, shape, data }: TensorData,
  float: 'F32' | 'BF16' | 'F16',
): StoredDType {
  if (data.length !== sizeOf(shape))
    throw new Error(`writeSafetensors: tensor "${name}" has not the elements of its shape.`);
  if (dtype === 'float32') return float;
  if (dtype === 'int32') return 'I32';
  throw new Error(`writeSafetensors: tensor "${name}" is ${dtype}; only float32 and int32 are stored.`);
}

/** The same tensors give the same bytes: entries in the given order, the header padded with spaces to 8 bytes. */
function encodeHeader(tensors: Tensors, { metadata, dtype = 'F32' }: WriteSafetensorsOptions): Buffer {
  let offset = 0;
  const entries = Object.entries(tensors).map(([name, tensor]) => {
    const stored = storedAs(name, tensor, dtype);
    const begin = offset;
    offset += tensor.data.length * (stored === 'F32' || stored === 'I32' ? 4 : 2);
    return [name, { dtype: stored, shape: tensor.shape, data_offsets: [begin, offset] }];
  });
  const text = JSON.stringify(
    Object.fromEntries([...(metadata ? [['__metadata__', metadata]] : []), ...entries]),
  );
  const json = Buffer.from(text, 'utf8');
  const length = Math.ceil(json.length / 8) * 8;
  const header = Buffer.alloc(PREFIX_BYTES + length, ' ');
  header.writeBigUInt64LE(BigInt(length));
  json.copy(header, PREFIX_BYTES);
  return header;
}

async function writeTensor(handle: FileHandle, { data }: TensorData, stored: StoredDType): Promise<void> {
  for (let start = 0; start < data.length; start += CHUNK_ELEMENTS) {
    const part = data.subarray(start, start + CHUNK_ELEMENTS);
    let bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
    if (stored === 'BF16' || stored === 'F16') {
      const halves = new Uint16Array(part.length);
      (stored === 'BF16' ? float32ToBfloat16 : float32ToFloat16)(part as Float32Array, halves);
      bytes = new Uint8Array(halves.buffer);
    }
    await handle.writeFile(bytes);
  }
}

/**
 * Writes tensors to a safetensors file in the given order, one after the other. The file appears complete or not at all
 * (temporary file, fsync, rename, fsync of the folder). Throws `FILE_NOT_WRITABLE` when the disk is full or the folder
 * may not be written.
 */
export async function writeSafetensors(
  file: string,
  tensors: Tensors,
  options: WriteSafetensorsOptions = {},
): Promise<void> {
  const header = encodeHeader(tensors, options);
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    const handle = await open(temporary, 'wx');
    try {
      await handle.writeFile(header);
      for (const [name, tensor] of Object.entries(tensors)) {
        await writeTensor(handle, tensor, storedAs(name, tensor, options.dtype ?? 'F32'));
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
    await syncFolder(dirname(file));
  } catch (cause) {
    await rm(temporary, { force: true });
    const { code } = cause as NodeJS.ErrnoException;
    if (!code) throw cause;
    throw new AblateError(
      'FILE_NOT_WRITABLE',
      `${file} cannot be written (${code}).`,
      {
        path: file,
        value: code,
        rule: 'The folder exists, may be written and has room.',
        fix: 'Free space or choose another folder.',
      },
      { cause },
    );
  }
}

/** Makes the rename itself durable. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
