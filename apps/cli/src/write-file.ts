import { randomUUID } from 'node:crypto';
import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { AblateError } from '@ablate/errors';

/** Writes a whole file or nothing: a temporary one beside it, fsync, rename. Throws CANNOT_WRITE. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  const part = join(dirname(path), `.${basename(path)}.${randomUUID()}.part`);
  try {
    const file = await open(part, 'wx');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, path);
  } catch (cause) {
    await rm(part, { force: true });
    throw new AblateError(
      'CANNOT_WRITE',
      `"${path}" cannot be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
      {
        path,
        value: path,
        rule: 'A file in a folder that is there and may be written.',
        fix: 'Name another file.',
      },
      { cause },
    );
  }
}
