// `npm run bench`: every figure; `npm run bench -- NAME [options]`: those of tools/bench-NAME.mjs. One JSON line a figure, all of them in
// bench/latest.json.
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

const tools = join(root, 'tools');
const all = readdirSync(tools).flatMap((file) => /^bench-(.+)\.mjs$/.exec(file)?.[1] ?? []);
const [name, ...options] = process.argv.slice(2);
if (name !== undefined && !all.includes(name)) {
  console.error(`ablate: no bench '${name}'; there are ${all.join(', ')}. Try: npm run bench -- ${all[0]}`);
  process.exit(2);
}
setup();

const figures = [];
let failed = false;
for (const bench of name === undefined ? all : [name]) {
  const { status, stdout } = spawnSync(process.execPath, [join(tools, `bench-${bench}.mjs`), ...options], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  failed ||= status !== 0;
  process.stdout.write(stdout);
  for (const line of stdout.split('\n').filter((text) => text.startsWith('{')))
    figures.push({ bench, ...JSON.parse(line) });
}
const folder = join(root, 'bench');
mkdirSync(folder, { recursive: true });
const file = join(folder, 'latest.json');
writeFileSync(`${file}.tmp`, `${JSON.stringify({ node: process.version, figures }, null, 2)}\n`);
renameSync(`${file}.tmp`, file);
process.exit(failed ? 1 : 0);
