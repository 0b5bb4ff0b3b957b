import { ablate, setup } from './setup.mjs';

setup();
ablate(['up', ...process.argv.slice(2)]);
