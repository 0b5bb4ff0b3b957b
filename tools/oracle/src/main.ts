import { existsSync, readdirSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { runCase, type CaseResult } from './run-case.js';

/** One case folder, or the case folders in a folder; loose files and folders without case.json are passed over. */
function casesIn(path: string): readonly string[] {
  if (existsSync(join(path, 'case.json'))) return [path];
  return readdirSync(path)
    .sort()
    .map((name) => join(path, name))
    .filter((folder) => statSync(folder).isDirectory() && existsSync(join(folder, 'case.json')));
}

const shown = 20;
const value = (one: unknown): string => (one === undefined ? 'nothing' : (JSON.stringify(one) ?? 'nothing'));

function print({ name, kind, figures, worst, tolerance, seconds, passed, wrong, error }: CaseResult): void {
  console.log(
    [
      passed ? 'ok  ' : 'FAIL',
      name.padEnd(28),
      kind.padEnd(20),
      `${figures}`.padStart(6),
      worst.toExponential(1).padStart(9),
      tolerance.toExponential(0).padStart(9),
      `${seconds.toFixed(2)} s`.padStart(8),
    ].join(' '),
  );
  if (error !== null) console.log(`       ${error}`);
  for (const { path, expected, found } of wrong.slice(0, shown))
    console.log(
      `       ${path}: expected ${value(expected).slice(0, 80)}, found ${value(found).slice(0, 80)}`,
    );
  if (wrong.length > shown) console.log(`       and ${wrong.length - shown} more`);
}

const [path, ...more] = process.argv.slice(2).filter((arg) => arg !== '--json');
const json = process.argv.includes('--json');
if (path === undefined || more.length > 0) {
  console.error(
    'Usage: npm run oracle -- PATH [--json], where PATH is a case folder or a folder of case folders.',
  );
  process.exit(2);
}
const folder = resolve(path);
if (!existsSync(folder) || !statSync(folder).isDirectory()) {
  console.error(`ablate: '${path}' is no folder.`);
  process.exit(2);
}
const results: CaseResult[] = [];
if (!json) console.log(`     ${'case'.padEnd(28)} ${'kind'.padEnd(20)} figures     worst tolerance     time`);
for (const one of casesIn(folder)) {
  const result = runCase(one, basename(one));
  results.push(result);
  if (!json) print(result);
}
const passed = results.filter((result) => result.passed).length;
const failed = results.length - passed;
if (json) console.log(JSON.stringify({ cases: results, passed, failed }, null, 2));
else {
  if (results.length === 0) console.log(`no case found in ${folder}`);
  console.log(`${passed} passed, ${failed} failed`);
}
process.exit(failed > 0 || passed === 0 ? 1 : 0);
