import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { openApi } from './http/openapi.js';

const file = fileURLToPath(new URL('../../../docs/openapi.json', import.meta.url));
const text = `${JSON.stringify(openApi(), null, 2)}\n`;
if (process.argv.includes('--check')) {
  if (readFileSync(file, 'utf8') !== text) {
    console.error(
      'docs/openapi.json is not what the routes say: run `node apps/control-plane/dist/openapi.js`.',
    );
    process.exit(1);
  }
} else writeFileSync(file, text);
