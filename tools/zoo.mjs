import { join } from 'node:path';
import { root, run, setup } from './setup.mjs';

setup();
run('zoo', process.execPath, [join(root, 'zoo', 'dist', 'main.js'), ...process.argv.slice(2)], {
  loud: true,
});
