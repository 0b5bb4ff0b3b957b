import { describe, expect, it } from '@jest/globals';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const dist = fileURLToPath(new URL('../apps/dashboard/dist/', import.meta.url));
const MOST_KB = 400;

interface Chunk {
  readonly file: string;
  readonly isEntry?: boolean;
  readonly imports?: readonly string[];
  readonly css?: readonly string[];
}

/** Everything that a browser fetches before the first page is there: the entry, what it imports, its styles. */
function firstLoad(manifest: Readonly<Record<string, Chunk>>): string[] {
  const files = new Set<string>(['index.html']);
  const visit = (name: string): void => {
    const chunk = manifest[name]!;
    if (files.has(chunk.file)) return;
    files.add(chunk.file);
    for (const style of chunk.css ?? []) files.add(style);
    for (const other of chunk.imports ?? []) visit(other);
  };
  for (const [name, { isEntry }] of Object.entries(manifest)) if (isEntry) visit(name);
  return [...files];
}

describe('the build of the dashboard', () => {
  it(`is less than ${MOST_KB} kB, compressed, at first load; pages and charts come when they are opened`, () => {
    expect(existsSync(`${dist}index.html`)).toBe(true);
    const manifest = JSON.parse(readFileSync(`${dist}.vite/manifest.json`, 'utf8')) as Record<string, Chunk>;
    const files = firstLoad(manifest);
    const kilobytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(dist + file)).length, 0) / 1000;
    console.log(`first load: ${kilobytes.toFixed(0)} kB gzip in ${files.length} files`);
    expect(kilobytes).toBeLessThan(MOST_KB);
    // The chart library is not among them.
    expect(files.some((file) => /chart/.test(file))).toBe(false);
  });
});
