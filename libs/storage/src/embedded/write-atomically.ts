import { open, rename } from 'node:fs/promises';

/** Writes a small file so that it is there whole or not at all. */
export async function writeAtomically(path: string, text: string, mode = 0o644): Promise<void> {
  const part = `${path}.${process.pid}`;
  const file = await open(part, 'w', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(part, path);
}
