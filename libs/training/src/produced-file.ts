import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { ProducedFile } from '@ablate/catalogue';

/** Names a finished file with its sha256 and size, for a trainer's `done`. */
export async function producedFile(name: string, path: string): Promise<ProducedFile> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return { name, path, sha256: hash.digest('hex'), bytes: (await stat(path)).size };
}
