// `npm run bench -- NAME [options]`: sets up and runs tools/bench-NAME.mjs.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

const tools = join(root, 'tools');
const names = readdirSync(tools).flatMap((file) => /^bench-(.+)\.mjs$/.exec(file)?.[1] ?? []);
const [name, ...options] = process.argv.slice(2);
if (!names.includes(name)) {
  console.error(
    `ablate: no bench '${name ?? ''}'; there are ${names.join(', ')}. Try: npm run bench -- ${names[0]}`,
  );
  process.exit(2);
}
setup();
const { status } = spawnSync(process.execPath, [join(tools, `bench-${name}.mjs`), ...options], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
