import { readFileSync } from 'node:fs';
import { fixture } from './golden.js';

/** Tensors of a fixture as stored bytes (uint8 and bool, which are no weights and so not the tensor library's). */
export function readBytes(path: string): Map<string, { shape: number[]; data: Uint8Array }> {
  const file = readFileSync(fixture(path));
  const start = 8 + Number(file.readBigUInt64LE(0));
  const header = JSON.parse(file.toString('utf8', 8, start)) as Record<
    string,
    { shape: number[]; data_offsets: [number, number] }
  >;
  return new Map(
    Object.entries(header).flatMap(
      ([
        name,
        {
          shape,
          data_offsets: [from, to],
        },
      ]) =>
        name === '__metadata__'
          ? []
          : [[name, { shape, data: Uint8Array.from(file.subarray(start + from, start + to)) }]],
    ),
  );
}
