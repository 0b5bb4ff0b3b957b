import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Benchmark } from '@ablate/datasets';

/** The folder of a benchmark's pictures; those that a table holds are written below `outputDir` first. */
export async function pictureFolder({ images, embedded }: Benchmark, outputDir: string): Promise<string> {
  if (embedded.size === 0) return images;
  const folder = join(outputDir, 'pictures');
  await mkdir(folder, { recursive: true });
  for (const [name, data] of embedded) await writeFile(join(folder, name), Buffer.from(data, 'base64'));
  return folder;
}
