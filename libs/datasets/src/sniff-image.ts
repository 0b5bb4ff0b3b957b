import { open, stat } from 'node:fs/promises';

const MAGIC: readonly (readonly [offset: number, bytes: string])[] = [
  [0, '\x89PNG\r\n\x1a\n'],
  [0, '\xff\xd8\xff'],
  [0, 'GIF8'],
  [0, 'BM'],
  [8, 'WEBP'],
  [0, 'II*\0'],
  [0, 'MM\0*'],
  [4, 'ftypavif'],
];

/** What is wrong with a file as a picture, judged by its first bytes; null = nothing. Its pixels are not decoded. */
export async function imageProblem(file: string): Promise<'missing' | 'no picture' | null> {
  try {
    if (!(await stat(file)).isFile()) return 'missing';
  } catch {
    return 'missing';
  }
  const handle = await open(file, 'r');
  try {
    const bytes = Buffer.alloc(16);
    const { bytesRead } = await handle.read(bytes, 0, 16, 0);
    const text = bytes.toString('latin1', 0, bytesRead);
    return MAGIC.some(([offset, magic]) => text.startsWith(magic, offset)) ? null : 'no picture';
  } finally {
    await handle.close();
  }
}
