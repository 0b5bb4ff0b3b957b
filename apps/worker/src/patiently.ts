import { setTimeout as sleep } from 'node:timers/promises';
import { AblateError } from '@ablate/errors';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2000;

/**
 * Tries an idempotent write again while the database does not take it, for `patienceMs` at most: a restart of the server costs nothing.
 * An AblateError is an answer and is thrown at once.
 */
export async function patiently<T>(write: () => Promise<T>, patienceMs: number): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await write();
    } catch (error) {
      if (error instanceof AblateError || Date.now() + pause > deadline) throw error;
    }
    await sleep(pause);
  }
}
