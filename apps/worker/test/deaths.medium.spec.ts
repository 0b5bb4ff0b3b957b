import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Fleet, isAlive, undisturbed, until, type WorkerProcess } from './fleet.js';

jest.setTimeout(300_000);

let fleet: Fleet;
const workers: WorkerProcess[] = [];
beforeAll(async () => {
  fleet = await Fleet.start();
}, 300_000);
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.end('SIGKILL');
});
afterAll(() => fleet.stop(), 120_000);

const worker = async (settings: Record<string, string> = {}): Promise<WorkerProcess> => {
  const started = await fleet.worker(settings);
  workers.push(started);
  return started;
};
const statesOf = async (key: string): Promise<string[]> =>
  (await fleet.attempts.ofStage(key)).map(({ state }) => state);
/** Waits until the leases of the dead are over, as the reconciler does. */
const lost = (): Promise<void> => until(async () => (await fleet.attempts.expire(500)).length > 0);
/** Lets the lease of a stage's attempt be over now. */
const lose = async (key: string): Promise<void> => {
  await fleet.database
    .$executeRaw`UPDATE attempts SET lease_expires_at = now() - interval '1 hour' WHERE stage_key = ${key} AND state = 'leased'`;
  await lost();
};
const pauseOnce = (at: number) => ({ acts: [{ at, do: 'wait', name: 'never', attempt: 1 }] });

describe('when a trainer hangs', () => {
  it('it is ended by its progress clock, though it is alive, and another try goes on', async () => {
    const impatient = await worker({ ABLATE_HANG_MS: '3000' });
    const [key] = await fleet.submit({ acts: [{ at: 4, do: 'hang', attempt: 1 }] });
    await fleet.offer(key!);
    const pid = Number(await fleet.left(key!, 'pid'));
    expect(await fleet.reached(key!, 'waiting')).toMatchObject({
      failures: 1,
      error: { code: 'TRAINER_HUNG' },
    });
    expect(await isAlive(pid)).toBe(false);
    await impatient.end('SIGTERM');
    await worker();
    await fleet.offer(key!);
    await fleet.reached(key!, 'done');
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
  });
});

describe('when a worker goes', () => {
  it('by SIGTERM, its trainer leaves a checkpoint, the attempt is released, and another worker goes on', async () => {
    const first = await worker({ ABLATE_WORKER_NAME: 'leaving' });
    expect((await fleet.registry.list()).map(({ name }) => name)).toContain('leaving');
    const [key] = await fleet.submit(pauseOnce(4));
    await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await statesOf(key!)).toEqual(['released']);
    expect(await fleet.stage(key!)).toMatchObject({ state: 'waiting', failures: 0 });
    expect((await fleet.registry.list()).map(({ name }) => name)).not.toContain('leaving');

    await worker();
    await fleet.offer(key!);
    await fleet.reached(key!, 'done');
    expect(await fleet.logs(key!)).toContain('stdout: resumed at 4');
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
  });

  it('by SIGKILL, its trainer ends by itself, the attempt is lost, and another worker goes on from the checkpoint', async () => {
    const first = await worker();
    const [key] = await fleet.submit(pauseOnce(8));
    await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    const pid = Number(await fleet.left(key!, 'pid'));
    // What the trainer wrote beyond its checkpoint at step 6 has arrived, and the checkpoint too.
    await until(async () => (await fleet.losses(key!)).length === 8);
    await until(
      async () => (await fleet.database.checkpoint.count({ where: { stageKey: key!, step: 6 } })) > 0,
    );
    await first.end('SIGKILL');
    expect(await fleet.left(key!, 'ended')).toBe('pipe');
    await until(async () => !(await isAlive(pid)));

    await lose(key!);
    expect(await fleet.stage(key!)).toMatchObject({ state: 'waiting', failures: 0 });
    await worker();
    await fleet.offer(key!);
    await fleet.reached(key!, 'done');
    expect(await statesOf(key!)).toEqual(['lost', 'done']);
    expect(await fleet.logs(key!)).toContain('stdout: resumed at 6');
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
  });

  it('silent (stopped, not dead), the trainer’s deadline passes before the lease is given again', async () => {
    const first = await worker({ ABLATE_LEASE_MS: '8000' });
    const [key] = await fleet.submit(pauseOnce(4));
    await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    first.child.kill('SIGSTOP');
    await lost();
    expect(await fleet.left(key!, 'ended')).toBe('deadline');

    await worker();
    await fleet.offer(key!);
    await fleet.reached(key!, 'done');
    const before = await fleet.attempts.staleWrites();
    first.child.kill('SIGCONT');
    await until(() => first.log().includes('given away') || first.log().includes('could not be recorded'));
    expect(await fleet.stage(key!)).toMatchObject({ state: 'done' });
    expect(await statesOf(key!)).toEqual(['lost', 'done']);
    expect(await fleet.attempts.staleWrites()).toBeGreaterThanOrEqual(before);
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
  });

  it('with a trainer that hears no SIGTERM, the attempt is still given back and the trainer ended', async () => {
    const first = await worker({ ABLATE_STOP_MS: '500' });
    const [key] = await fleet.submit({
      acts: [
        { at: 4, do: 'deaf', attempt: 1 },
        { at: 4, do: 'wait', name: 'never', attempt: 1 },
      ],
    });
    await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    const pid = Number(await fleet.left(key!, 'pid'));
    expect(await first.end('SIGTERM')).toBe(0);
    expect(await isAlive(pid)).toBe(false);
    expect(await statesOf(key!)).toEqual(['released']);
  });

  it('is refused when its pool computes with another numerics class', async () => {
    await worker();
    await expect(fleet.worker({ ABLATE_BACKEND: 'cpu' })).rejects.toThrow(/onnx-cpu/);
    await worker({ ABLATE_BACKEND: 'cpu', ABLATE_POOL: 'other' });
    expect((await fleet.registry.pools()).get('other')).toMatch(/tfjs/);
  });

  it('is refused when its trainer cannot be started, in words', async () => {
    await worker({ ABLATE_TRAINER: '/no/such/trainer' });
    const [key] = await fleet.submit({});
    await fleet.offer(key!);
    expect(await fleet.reached(key!, 'failed', 'waiting')).toMatchObject({
      state: 'failed',
      error: { code: 'TRAINER_NOT_STARTED', path: 'ABLATE_TRAINER' },
    });
  });
});
