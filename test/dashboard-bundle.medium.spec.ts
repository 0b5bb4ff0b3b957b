import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, it } from '@jest/globals';

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
  readonly css?: readonly string[];
}

const dist = (file: string): string =>
  fileURLToPath(new URL(`../apps/dashboard/dist/${file}`, import.meta.url));
const BUDGET_KB = 400;

/** A chunk and everything that is loaded with it. */
function loadedWith(
  manifest: Readonly<Record<string, Chunk>>,
  name: string,
  seen = new Set<string>(),
): Set<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of manifest[name]?.imports ?? []) loadedWith(manifest, next, seen);
  return seen;
}

describe('the dashboard’s build', () => {
  let manifest: Record<string, Chunk>;
  let entry: string;
  beforeAll(async () => {
    manifest = JSON.parse(await readFile(dist('.vite/manifest.json'), 'utf8')) as Record<string, Chunk>;
    entry = Object.keys(manifest).find((name) => manifest[name]!.isEntry)!;
  });

  it(`loads less than ${BUDGET_KB} kB at first, compressed`, async () => {
    const chunks = [...loadedWith(manifest, entry)].map((name) => manifest[name]!);
    const files = new Set(chunks.flatMap(({ file, css = [] }) => [file, ...css]));
    let bytes = 0;
    for (const file of files) bytes += gzipSync(await readFile(dist(file))).length;
    expect(bytes / 1000).toBeLessThan(BUDGET_KB);
    expect(bytes).toBeGreaterThan(10_000);
  });

  it('brings pages and figures only where they are looked at', () => {
    const first = loadedWith(manifest, entry);
    const later = Object.keys(manifest).filter(
      (name) => manifest[name]!.file.endsWith('.js') && !first.has(name),
    );
    for (const page of [
      'new-page',
      'experiment-page',
      'run-page',
      'predictions-page',
      'workers-page',
      'chart',
    ])
      expect([page, later.some((name) => name.includes(page))]).toEqual([page, true]);
  });
});
