import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from '@jest/globals';

const bench = fileURLToPath(new URL('../../../tools/bench-tensor.mjs', import.meta.url));

/** SHA-256 of the weights of a GPT after 30 steps in a process of its own, on the built library. */
async function trainedWeights(threads: number): Promise<string> {
  const sizes = ['--layers', '2', '--width', '64', '--length', '32', '--batch', '4', '--vocabulary', '96'];
  const { stdout } = await promisify(execFile)(process.execPath, [
    bench,
    '--digest',
    '--steps',
    '30',
    '--threads',
    String(threads),
    ...sizes,
  ]);
  return stdout.trim();
}

it('training gives the same bits in every process, on one thread and on several', async () => {
  const first = await trainedWeights(1);
  expect(first).toMatch(/^[0-9a-f]{64}$/);
  expect(await trainedWeights(1)).toBe(first);
  expect(await trainedWeights(2)).toBe(first);
  expect(await trainedWeights(3)).toBe(first);
}, 120_000);
