import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
// npm runs scripts in the clone; paths are relative to where the user stands.
const { status } = spawnSync(
  process.execPath,
  [
    join(root, 'apps', 'parity', 'dist', 'main.js'),
    `--cwd=${process.env.INIT_CWD ?? process.cwd()}`,
    ...process.argv.slice(2),
  ],
  { stdio: 'inherit' },
);
process.exit(status ?? 1);
