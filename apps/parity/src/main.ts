import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { toErrorShape } from '@ablate/errors';
import type { Executor } from '@ablate/tensor';
import { openBackends } from './backends.js';
import { findCases } from './golden-case.js';
import { line } from './report.js';
import { runCase, type Outcome } from './run-case.js';

const USAGE = 'npm run parity -- PATH [--backend onnx|cpu|wasm|tensorflow|all] [--json]';

/** Runs every case below a path; prints a line each. The exit code is 0 only when all passed and there was one. */
async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      backend: { type: 'string', default: 'onnx' },
      json: { type: 'boolean', default: false },
      cwd: { type: 'string', default: '.' },
    },
  });
  if (positionals.length !== 1) {
    console.error(`parity: one path is needed: ${USAGE}`);
    return 2;
  }
  const cases = findCases(resolve(values.cwd, positionals[0]!));
  const executors: readonly Executor[] = await openBackends(values.backend);
  const outcomes: Outcome[] = [];
  for (const golden of cases) {
    const outcome = await runCase(golden, executors);
    outcomes.push(outcome);
    if (!values.json) console.log(line(outcome));
  }
  for (const executor of executors) await executor.dispose();
  const passed = outcomes.filter((outcome) => outcome.passed).length;
  const failed = outcomes.length - passed;
  if (values.json) console.log(JSON.stringify({ cases: outcomes, passed, failed }, null, 1));
  else {
    if (outcomes.length === 0) console.log(`No case.json in or right below ${positionals[0]}.`);
    console.log(`${passed} passed, ${failed} failed`);
  }
  return failed === 0 && passed > 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(`parity: ${toErrorShape(error).message}`);
  process.exitCode = 2;
}
