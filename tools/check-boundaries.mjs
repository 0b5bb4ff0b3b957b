// The boundary rule is silently skipped where no project graph is cached. This proves that it works here: a fixture that must fail.
import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from './setup.mjs';

const bin = (path) => join(root, 'node_modules', path);
execFileSync(process.execPath, [bin('nx/dist/bin/nx.js'), 'show', 'projects'], {
  cwd: root,
  stdio: 'ignore',
});
const file = join(root, 'tools', 'boundary-fixture', 'src', 'forbidden.ts');
const { stdout } = spawnSync(
  process.execPath,
  [bin('eslint/bin/eslint.js'), '--format', 'json', '--no-ignore', file],
  { cwd: join(root, 'tools', 'boundary-fixture'), encoding: 'utf8' },
);
const imports = readFileSync(file, 'utf8')
  .split('\n')
  .flatMap((line, i) => (line.startsWith('import') ? [i + 1] : []));
const messages = JSON.parse(stdout).flatMap(({ messages: found }) => found);
const refused = new Set(
  messages.filter(({ ruleId }) => ruleId === '@nx/enforce-module-boundaries').map(({ line }) => line),
);
const missed = imports.filter((line) => !refused.has(line));
if (missed.length > 0) {
  console.error(`The boundary rule let line ${missed.join(', ')} of ${file} pass.`);
  console.error(messages);
  process.exit(1);
}
console.log(`${imports.length} forbidden imports refused`);
