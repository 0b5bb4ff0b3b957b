#!/usr/bin/env node
// The committed launcher: npm links it at install, before anything is built.
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const main = new URL('../apps/cli/dist/main.js', import.meta.url);
if (!existsSync(fileURLToPath(main))) {
  console.error(
    'ablate is not built yet: run `npm run build` in the clone first (npm run demo, npm test and npm start do it for you).',
  );
  process.exit(1);
}
await import(main.href);
