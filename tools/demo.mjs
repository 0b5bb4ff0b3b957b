import { ablate, setup } from './setup.mjs';

setup();
ablate(['demo', ...process.argv.slice(2)]);
