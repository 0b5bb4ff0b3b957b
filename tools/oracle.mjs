// `npm run oracle -- PATH [--json]`: the analysis against reference figures (statsmodels, scipy), case by case.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { root, setup } from './setup.mjs';

setup();
// npm runs scripts in the clone; a path means where the user stands.
const args = process.argv
  .slice(2)
  .map((arg) => (arg.startsWith('--') ? arg : resolve(process.env.INIT_CWD ?? process.cwd(), arg)));
const { status } = spawnSync(process.execPath, [join(root, 'tools', 'oracle', 'dist', 'main.js'), ...args], {
  stdio: 'inherit',
});
process.exit(status ?? 1);
