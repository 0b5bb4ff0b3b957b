// Sets up and runs every suite: `npm test`, or `npm test -- unit` for one size. The last line adds up all of them.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, setup } from './setup.mjs';

const usual = ['unit', 'medium', 'e2e', 'browser'];
// Pictures hold clocks and speeds, so they are made only when asked for: ABLATE_SCREENSHOTS=http://127.0.0.1:4600 npm test -- screenshots
const all = [...usual, 'screenshots'];
const sizes = process.argv.slice(2).length > 0 ? process.argv.slice(2) : usual;
const unknown = sizes.filter((size) => !all.includes(size));
if (unknown.length > 0) {
  console.error(`ablate: unknown suite ${unknown.join(', ')}; there are ${all.join(', ')}.`);
  process.exit(2);
}
setup();

const folder = mkdtempSync(join(tmpdir(), 'ablate-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
for (const size of sizes) {
  const report = join(folder, `${size}.json`);
  const { status } = spawnSync(
    process.execPath,
    [
      join(root, 'tools', 'jest.mjs'),
      ...['--selectProjects', size, '--json', `--outputFile=${report}`, '--silent=false'],
      // A failed test may leave its waiting behind; without this the run would hang instead of telling.
      ...(size === 'unit' ? ['--maxWorkers=2'] : ['--runInBand', '--forceExit']),
    ],
    { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] },
  );
  let counts;
  try {
    counts = JSON.parse(readFileSync(report, 'utf8'));
  } catch {
    console.error(`ablate: the ${size} suites ended without a report (exit ${status}).`);
    total.failed += 1;
    continue;
  }
  total.passed += counts.numPassedTests;
  total.failed += counts.numFailedTests + counts.numRuntimeErrorTestSuites;
  total.skipped += counts.numPendingTests;
  if (status !== 0 && counts.numFailedTests + counts.numRuntimeErrorTestSuites === 0) total.failed += 1;
  if (size === 'browser' && counts.numPendingTests > 0) console.log('skipped: no browser');
  for (const { assertionResults, name } of counts.testResults) {
    for (const { status: outcome, fullName } of assertionResults) {
      if (outcome === 'pending') console.log(`skipped: ${fullName} (${name.slice(root.length + 1)})`);
    }
  }
}
rmSync(folder, { recursive: true, force: true });
console.log(
  `${total.passed} passed, ${total.failed} failed${total.skipped > 0 ? `, ${total.skipped} skipped` : ''}`,
);
process.exit(total.failed > 0 || total.passed === 0 ? 1 : 0);
