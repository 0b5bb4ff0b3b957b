import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { startChild } from '../src/child.js';

const deadline = new URL('../dist/trainer/deadline.js', import.meta.url);

it('a trainer that has ended does not wait for its supervisor to say more', async () => {
  const script = `
    import { openPipe, watchDeadline } from ${JSON.stringify(deadline.href)};
    const pipe = openPipe(3);
    watchDeadline(pipe, () => process.exit(75));
    pipe.once('data', () => setTimeout(() => process.exit(0), 100));`;
  const child = await startChild({
    command: [process.execPath, '--input-type=module', '--eval', script],
    jobFile: fileURLToPath(import.meta.url),
    env: process.env,
    onEvent: () => undefined,
    onLine: () => undefined,
  });
  child.refresh(600_000);
  expect(await child.exit).toEqual({ code: 0, signal: null });
});
