import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { connectionOf } from '../src/database.js';
import type { NewCheckpoint } from '../src/index.js';
import { experiment, expireBy, key, leased, openStorage, type Storage } from './fixtures.js';

const failure = { code: 'BOOM', message: 'It broke.', path: null, value: null, rule: null, fix: null };

let storage: Storage;
beforeAll(async () => {
  storage = await openStorage();
}, 300_000);
afterAll(() => storage.close(), 120_000);

describe('attempts', () => {
  const submit = (...runs: string[][]): Promise<void> =>
    storage.experiments.submit(experiment(`e-${runs.flat().join('-')}`, runs));
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await storage.stages.find([key(name)]))[0]?.state;
  const written = async (name: string): Promise<(readonly [number, number])[]> =>
    (await storage.metrics.series([key(name)])).flatMap(({ points }) =>
      points.map(({ step, value }) => [step, value] as const),
    );
  const points = (from: number, to: number, value = 1) =>
    Array.from({ length: to - from + 1 }, (_, i) => ({ name: 'loss', step: from + i, value }));
  const saved = (name: string, step: number, path: string, bitExact = true): NewCheckpoint => ({
    stageKey: key(name),
    step,
    path,
    device: 'onnx-cpu avx2',
    bitExact,
  });
  const batch = (some: ReturnType<typeof points>) => ({ points: some, telemetry: [], lines: [] });

  it('are made once however many schedulers ask', async () => {
    await submit(['race']);
    const made = await Promise.all(Array.from({ length: 8 }, () => storage.attempts.create(key('race'))));
    expect(made.filter((attempt) => attempt !== null)).toHaveLength(1);
    expect(await stateOf('race')).toBe('queued');
  });

  it('are leased once however many workers ask', async () => {
    await submit(['grab']);
    await leased(storage, 'grab').then((lease) => storage.attempts.finish(lease, { state: 'released' }));
    const attempt = await storage.attempts.create(key('grab'));
    const leases = await Promise.all(
      Array.from({ length: 8 }, () => storage.attempts.lease(attempt!.id, 'w1', 'onnx-cpu avx2', 60_000)),
    );
    expect(leases.filter((lease) => lease !== null)).toHaveLength(1);
    expect(await stateOf('grab')).toBe('running');
  });

  it('are expired although their worker was stopped in the middle of a write', async () => {
    await submit(['stopped']);
    const lease = await leased(storage, 'stopped');
    await expireBy(storage, lease, 5000);
    // A process that hears nothing any more, as after SIGSTOP: its transaction holds the row and nobody ends it.
    const stopped = new pg.Client(connectionOf(storage.url));
    stopped.on('error', () => undefined);
    await stopped.connect();
    await stopped.query('BEGIN');
    await stopped.query('SELECT id FROM attempts WHERE id = $1 FOR UPDATE', [lease.attemptId]);
    expect(await storage.attempts.expire(1000)).toEqual([]);
    let lost = await storage.attempts.expire(1000);
    while (lost.length === 0) {
      await sleep(200);
      lost = await storage.attempts.expire(1000);
    }
    expect(lost).toMatchObject([{ attemptId: lease.attemptId }]);
    await stopped.end().catch(() => undefined);
  });

  it('reject and count every kind of write with a stale token', async () => {
    await submit(['stale']);
    const lease = await leased(storage, 'stale');
    await expireBy(storage, lease, 5000);
    expect(await storage.attempts.expire(1000)).toMatchObject([{ attemptId: lease.attemptId }]);
    const next = await leased(storage, 'stale');
    const before = await storage.attempts.staleWrites();

    const { attempts, metrics } = storage;
    const rejected = expect.objectContaining({ code: 'STALE_ATTEMPT', value: lease.attemptId });
    await expect(metrics.write(lease, key('stale'), batch(points(1, 3)))).rejects.toEqual(rejected);
    await expect(attempts.checkpoint(lease, saved('stale', 3, 'a/3'))).rejects.toEqual(rejected);
    await expect(attempts.finish(lease, { state: 'done', seconds: 1, bitExact: true })).rejects.toEqual(
      rejected,
    );
    await expect(attempts.finish({ ...next, token: 'guess' }, { state: 'released' })).rejects.toMatchObject({
      code: 'STALE_ATTEMPT',
    });
    expect(await attempts.renew(lease, 60_000, null)).toBeNull();

    expect(await storage.attempts.staleWrites()).toBe(before + 4);
    expect(await written('stale')).toEqual([]);
    expect(await stateOf('stale')).toBe('running');
  });

  it('are lost only after the lease and the grace, and that costs no retry', async () => {
    await submit(['lost']);
    const lease = await leased(storage, 'lost');
    await expireBy(storage, lease, 500);
    expect(await storage.attempts.expire(1000)).toEqual([]);
    await expireBy(storage, lease, 1500);
    expect(await storage.attempts.expire(1000)).toEqual([
      { attemptId: lease.attemptId, stageKey: key('lost'), workerId: 'w1' },
    ]);
    const [stage] = await storage.stages.find([key('lost')]);
    expect(stage).toMatchObject({ state: 'waiting', failures: 0 });
    expect((await storage.attempts.ofStage(key('lost'))).map(({ state }) => state)).toEqual(['lost']);
  });

  it('tell the alive clock from the progress clock', async () => {
    await submit(['clocks']);
    const lease = await leased(storage, 'clocks');
    const read = async () =>
      (await storage.attempts.ofStage(key('clocks'))).map(
        ({ heartbeatAt, progressAt, step, leaseExpiresAt }) => ({
          heartbeat: heartbeatAt!.getTime(),
          progress: progressAt!.getTime(),
          step,
          lease: leaseExpiresAt!.getTime(),
        }),
      )[0]!;
    const backdate = () =>
      storage.database
        .$executeRaw`UPDATE attempts SET heartbeat_at = now() - interval '1 hour', progress_at = now() - interval '1 hour' WHERE id = ${lease.attemptId}`;

    await storage.attempts.renew(lease, 60_000, { step: 3, totalSteps: 10 });
    await backdate();
    const old = await read();
    await storage.attempts.renew(lease, 90_000, { step: 3, totalSteps: 10 });
    const alive = await read();
    expect(alive.heartbeat).toBeGreaterThan(old.heartbeat);
    expect(alive.lease).toBeGreaterThan(old.lease);
    expect(alive.progress).toBe(old.progress);

    await storage.attempts.renew(lease, 60_000, { step: 4, totalSteps: 10 });
    const moved = await read();
    expect(moved.progress).toBeGreaterThan(alive.progress);
    expect(moved.step).toBe(4);
    expect((await storage.stages.find([key('clocks')]))[0]).toMatchObject({ step: 4, totalSteps: 10 });
  });

  it('go on from the furthest checkpoint, with the points after it cut', async () => {
    await submit(['resume', 'resume-child']);
    const first = await leased(storage, 'resume');
    await storage.metrics.write(first, key('resume'), batch(points(1, 7)));
    await storage.attempts.checkpoint(first, saved('resume', 5, `attempts/${first.attemptId}/5`));
    await storage.attempts.finish(first, { state: 'released' });

    const second = await leased(storage, 'resume', { device: 'onnx-cpu avx512f' });
    expect(second.checkpoint).toEqual({
      step: 5,
      path: `attempts/${first.attemptId}/5`,
      device: 'onnx-cpu avx2',
    });
    expect((await written('resume')).map(([step]) => step)).toEqual([1, 2, 3, 4, 5]);
    await storage.metrics.write(second, key('resume'), batch(points(6, 9, 2)));
    expect((await written('resume')).map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);

    await storage.attempts.finish(second, { state: 'done', seconds: 12, bitExact: false });
    const [stage] = await storage.stages.find([key('resume')]);
    expect(stage).toMatchObject({ state: 'done', seconds: 12, bitExact: false, error: null });
    expect(await storage.database.checkpoint.count({ where: { stageKey: key('resume') } })).toBe(0);
  });

  it('remember that a checkpoint was not bit-exact', async () => {
    await submit(['inexact']);
    const first = await leased(storage, 'inexact');
    await storage.attempts.checkpoint(first, saved('inexact', 5, 'a', false));
    await storage.attempts.finish(first, { state: 'released' });
    expect((await leased(storage, 'inexact')).stage.bitExact).toBe(false);
  });

  it('start from nothing when there is no checkpoint', async () => {
    await submit(['scratch']);
    const first = await leased(storage, 'scratch');
    await storage.metrics.write(first, key('scratch'), batch(points(0, 4)));
    await storage.attempts.finish(first, { state: 'released' });
    expect((await leased(storage, 'scratch')).checkpoint).toBeNull();
    expect(await written('scratch')).toEqual([]);
  });

  it('fail for good or wait for another try', async () => {
    await submit(['fails']);
    const first = await leased(storage, 'fails');
    await storage.attempts.finish(first, { state: 'failed', error: failure, final: false });
    expect((await storage.stages.find([key('fails')]))[0]).toMatchObject({ state: 'waiting', failures: 1 });
    const second = await leased(storage, 'fails');
    expect(second.attempt.number).toBe(2);
    await storage.attempts.finish(second, { state: 'failed', error: failure, final: true });
    expect((await storage.stages.find([key('fails')]))[0]).toMatchObject({
      state: 'failed',
      failures: 2,
      error: failure,
    });
    expect(await storage.attempts.create(key('fails'))).toBeNull();
  });

  it('end as one: what joins an end is written with it or not at all', async () => {
    await submit(['atomic']);
    const lease = await leased(storage, 'atomic');
    const broken = storage.attempts.finish(
      lease,
      { state: 'done', seconds: 1, bitExact: true },
      async (tx) => {
        await tx.artifact.create({ data: { stageKey: key('atomic'), name: 'a', sha256: 'b', bytes: 1n } });
        throw new Error('the disk is full');
      },
    );
    await expect(broken).rejects.toThrow('the disk is full');
    expect(await storage.results.artifacts([key('atomic')])).toEqual([]);
    expect(await stateOf('atomic')).toBe('running');
  });
});

describe('cancelling', () => {
  const stateOf = async (name: string): Promise<string | undefined> =>
    (await storage.stages.find([key(name)]))[0]?.state;
  /** Cancels an experiment as the control plane does. */
  const cancel = async (id: string, ...names: string[]): Promise<void> => {
    await storage.experiments.move(id, 'running', 'cancelled');
    await storage.stages.cancelUnwanted(names.map(key));
  };

  it('stops what nobody else wants, and only that', async () => {
    await storage.experiments.submit(
      experiment('mine', [
        ['both', 'own'],
        ['both', 'queued'],
      ]),
    );
    await storage.experiments.submit(experiment('other', [['both']]));
    const both = await leased(storage, 'both');
    await storage.attempts.finish(both, { state: 'done', seconds: 1, bitExact: true });
    const own = await leased(storage, 'own');
    const queued = await storage.attempts.create(key('queued'));
    await cancel('mine', 'both', 'own', 'queued');

    expect(await storage.attempts.renew(own, 60_000, null)).toEqual({ cancelRequested: true });
    expect(await storage.attempts.lease(queued!.id, 'w1', 'd', 60_000)).toBeNull();
    expect([await stateOf('both'), await stateOf('own'), await stateOf('queued')]).toEqual([
      'done',
      'running',
      'cancelled',
    ]);
    await storage.attempts.finish(own, { state: 'cancelled' });
    expect(await stateOf('own')).toBe('cancelled');
  });

  it('gives a stage back when somebody asked for it before it stopped', async () => {
    await storage.experiments.submit(experiment('first', [['wanted']]));
    const lease = await leased(storage, 'wanted');
    await cancel('first', 'wanted');
    await storage.experiments.submit(experiment('second', [['wanted']]));
    await storage.attempts.finish(lease, { state: 'cancelled' });
    expect(await stateOf('wanted')).toBe('waiting');
  });

  it('spares a stage that is asked for again before its worker noticed', async () => {
    await storage.experiments.submit(experiment('third', [['spared']]));
    const lease = await leased(storage, 'spared');
    await cancel('third', 'spared');
    await storage.experiments.submit(experiment('fourth', [['spared']]));
    expect(await storage.attempts.renew(lease, 60_000, null)).toEqual({ cancelRequested: false });
  });

  it('of a stage whose worker died is settled when the lease runs out, and does not outlive a retry', async () => {
    await storage.experiments.submit(experiment('fifth', [['dead']]));
    const lease = await leased(storage, 'dead');
    await cancel('fifth', 'dead');
    await expireBy(storage, lease, 5000);
    await storage.attempts.expire(1000);
    expect(await stateOf('dead')).toBe('cancelled');

    await storage.experiments.move('fifth', 'cancelled', 'running');
    expect(await storage.stages.offerAgain([key('dead')])).toBe(1);
    const again = await leased(storage, 'dead');
    await expireBy(storage, again, 5000);
    await storage.attempts.expire(1000);
    expect(await stateOf('dead')).toBe('waiting');
  });
});
