import { AblateError } from '@ablate/errors';
import { sizeOf, type Shape } from '../tensor-data.js';

/**
 * Layout: u64 little-endian header length, JSON header, then the tensors' bytes without holes.
 * Source: https://github.com/huggingface/safetensors (README "Format", `Metadata::validate` of tensor.rs).
 */
export const PREFIX_BYTES = 8;
/** The reference's own limit, so that a corrupt length costs no memory. */
const MAX_HEADER_BYTES = 100_000_000;

/** Bytes an element, for every type that the format names and whose elements are whole bytes. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  BOOL: 1,
  U8: 1,
  I8: 1,
  F8_E4M3: 1,
  F8_E5M2: 1,
  U16: 2,
  I16: 2,
  F16: 2,
  BF16: 2,
  U32: 4,
  I32: 4,
  F32: 4,
  U64: 8,
  I64: 8,
  F64: 8,
  C64: 8,
};

/** One tensor of a file; offsets are in bytes from the beginning of the file. */
export interface SafetensorsEntry {
  readonly dtype: string;
  readonly shape: Shape;
  readonly begin: number;
  readonly end: number;
}

export interface SafetensorsHeader {
  readonly metadata: Readonly<Record<string, string>>;
  readonly tensors: ReadonlyMap<string, SafetensorsEntry>;
}

/** The one error of a file that breaks the format's rules. */
export function corrupt(file: string, problem: string, value: unknown, rule: string): AblateError {
  return new AblateError('CORRUPT_SAFETENSORS', `${file}: ${problem}.`, {
    path: file,
    value,
    rule,
    fix: 'Download or write this file again; it is damaged or is no safetensors file.',
  });
}

/** The header's length in bytes, believed only when the file can hold it. */
export function headerLength(file: string, prefix: Buffer, fileBytes: number): number {
  if (prefix.length < PREFIX_BYTES) {
    throw corrupt(
      file,
      `the file has ${fileBytes} bytes and no header`,
      fileBytes,
      `At least ${PREFIX_BYTES} bytes.`,
    );
  }
  const length = Number(prefix.readBigUInt64LE());
  if (length > MAX_HEADER_BYTES || length > fileBytes - PREFIX_BYTES || length < 2) {
    throw corrupt(
      file,
      `its first 8 bytes announce a header of ${length} bytes in a file of ${fileBytes} bytes`,
      length,
      `A header has 2 to ${MAX_HEADER_BYTES} bytes and ends inside the file.`,
    );
  }
  return length;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: unknown): value is number[] => Array.isArray(value) && value.every(isCount);

/** Parses a header and checks everything that can be known without reading a tensor. `headerBytes` is the text as stored. */
export function parseHeader(file: string, headerBytes: Buffer, fileBytes: number): SafetensorsHeader {
  let header: unknown;
  try {
    header = JSON.parse(headerBytes.toString('utf8'));
  } catch {
    throw corrupt(
      file,
      'its header is no JSON',
      headerBytes.toString('utf8', 0, 80),
      'The header is a JSON object.',
    );
  }
  if (!isObject(header))
    throw corrupt(file, 'its header is no JSON object', header, 'The header is a JSON object.');
  const { __metadata__: metadata = {}, ...entries } = header;
  if (!isObject(metadata) || Object.values(metadata).some((value) => typeof value !== 'string')) {
    throw corrupt(
      file,
      'its __metadata__ is no map of strings',
      metadata,
      '__metadata__ maps strings to strings.',
    );
  }
  const dataBegin = PREFIX_BYTES + headerBytes.length;
  const tensors = new Map<string, SafetensorsEntry>();
  for (const [name, entry] of Object.entries(entries)) {
    tensors.set(name, parseEntry(file, name, entry, dataBegin));
  }
  checkCoverage(file, tensors, dataBegin, fileBytes);
  return { metadata: metadata as Record<string, string>, tensors };
}

function parseEntry(file: string, name: string, entry: unknown, dataBegin: number): SafetensorsEntry {
  const { dtype, shape, data_offsets: offsets } = isObject(entry) ? entry : {};
  if (typeof dtype !== 'string' || !isCounts(shape) || !isCounts(offsets) || offsets.length !== 2) {
    throw corrupt(
      file,
      `tensor "${name}" is badly described`,
      entry,
      'An entry has dtype, shape and two data_offsets, all counts.',
    );
  }
  const elementBytes = Object.hasOwn(ELEMENT_BYTES, dtype) ? ELEMENT_BYTES[dtype]! : undefined;
  if (elementBytes === undefined) {
    throw corrupt(
      file,
      `tensor "${name}" has the unknown element type "${dtype}"`,
      dtype,
      `One of ${Object.keys(ELEMENT_BYTES).join(', ')}.`,
    );
  }
  const [begin, end] = offsets as [number, number];
  const expected = sizeOf(shape) * elementBytes;
  if (end - begin !== expected) {
    throw corrupt(
      file,
      `tensor "${name}" (${dtype} [${shape.join(', ')}]) needs ${expected} bytes and its offsets span ${end - begin}`,
      offsets,
      'Offsets span exactly the elements of the shape.',
    );
  }
  return { dtype, shape, begin: dataBegin + begin, end: dataBegin + end };
}

/** Tensors lie one after the other, from the header's end to the file's end. */
function checkCoverage(
  file: string,
  tensors: ReadonlyMap<string, SafetensorsEntry>,
  dataBegin: number,
  fileBytes: number,
): void {
  const ordered = [...tensors].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  let covered = dataBegin;
  for (const [name, { begin, end }] of ordered) {
    if (begin !== covered) {
      const problem = begin < covered ? 'overlaps the tensor before it' : 'leaves a hole before it';
      throw corrupt(
        file,
        `tensor "${name}" ${problem}`,
        [begin - dataBegin, end - dataBegin],
        'Tensors lie one after the other without holes.',
      );
    }
    covered = end;
  }
  if (covered !== fileBytes) {
    const [last, lastEntry] = ordered.at(-1) ?? ['', null];
    const problem =
      covered > fileBytes
        ? `the file is cut off: it has ${fileBytes} bytes, and tensor "${last}" [${lastEntry?.shape.join(', ')}] ends at ${covered}`
        : `${fileBytes - covered} bytes after the last tensor belong to nothing`;
    throw corrupt(file, problem, fileBytes, `The file has exactly ${covered} bytes.`);
  }
}
