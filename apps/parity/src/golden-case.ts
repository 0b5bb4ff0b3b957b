import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { openSafetensors, type TensorData } from '@ablate/tensor';
import type { RgbImage } from '@ablate/vlm';

/** One folder with a `case.json`: inputs and what the reference computed from them. */
export interface GoldenCase {
  readonly name: string;
  readonly folder: string;
  readonly kind: string;
  /** The parsed case.json; each kind knows what it holds. */
  readonly json: unknown;
}

/** The cases of a path: itself, or the folders right below it. Folders without a case.json and loose files are passed over. */
export function findCases(path: string): GoldenCase[] {
  if (existsSync(join(path, 'case.json'))) return [openCase(path)];
  if (!existsSync(path)) return [];
  return readdirSync(path, { withFileTypes: true })
    .map(({ name }) => join(path, name))
    .filter((folder) => existsSync(join(folder, 'case.json')))
    .sort()
    .map(openCase);
}

function openCase(path: string): GoldenCase {
  const folder = resolve(path);
  const json = JSON.parse(readFileSync(join(folder, 'case.json'), 'utf8')) as { kind?: unknown };
  return { name: basename(folder), folder, kind: String(json.kind), json };
}

export const hasFile = ({ folder }: GoldenCase, path: string): boolean => existsSync(join(folder, path));

export const readJson = <T>({ folder }: GoldenCase, path: string): T =>
  JSON.parse(readFileSync(join(folder, path), 'utf8')) as T;

/** All tensors of one of the case's files; pictures of bytes are left to `readPictures`. */
export async function readTensors(
  { folder }: GoldenCase,
  path: string,
): Promise<Readonly<Record<string, TensorData>>> {
  const file = await openSafetensors(join(folder, path));
  try {
    const tensors: Record<string, TensorData> = {};
    for (const [name, { dtype }] of file.tensors) if (dtype !== 'U8') tensors[name] = await file.read(name);
    return tensors;
  } finally {
    await file.close();
  }
}

/** All tensors of bytes [height, width, 3] of a file: pictures. */
export function readPictures({ folder }: GoldenCase, path: string): ReadonlyMap<string, RgbImage> {
  const bytes = readFileSync(join(folder, path));
  const start = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString('utf8', 8, start)) as Record<
    string,
    {
      readonly dtype: string;
      readonly shape: readonly number[];
      readonly data_offsets: readonly [number, number];
    }
  >;
  return new Map(
    Object.entries(header).flatMap(
      ([
        name,
        {
          dtype,
          shape,
          data_offsets: [from, to],
        },
      ]) => {
        const [height, width] = shape as [number, number];
        const data = bytes.subarray(start + from, start + to);
        return dtype === 'U8' ? [[name, { width, height, data }] as const] : [];
      },
    ),
  );
}
