import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { GridSpec } from '@ablate/design-space';
import { openQueue } from '@ablate/queue';
import { deploy, grid, type Deployment } from './deployment.js';
import { done, failed, startWorker, type ScriptedWorker } from './scripted-worker.js';
import { ended, until } from './wait.js';

jest.setTimeout(300_000);

let deployment: Deployment;
const workers: ScriptedWorker[] = [];
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.stop();
});
afterAll(() => deployment.close(), 60_000);

const work = async (...given: Parameters<typeof startWorker> extends [unknown, ...infer R] ? R : never) => {
  const worker = await startWorker(deployment, ...given);
  workers.push(worker);
  return worker;
};
let names = 0;
/** A grid whose stages no other test shares: its trainings have a learning rate of their own. */
const own = (changes: Partial<GridSpec> = {}): { readonly spec: GridSpec } => {
  names += 1;
  const rate = 1e-3 + names * 1e-6;
  return grid(`grid-${names}`, {
    defaults: { 'stages.pretrain.learningRate': rate, 'stages.finetune.learningRate': rate },
    ...changes,
  });
};
const one: Partial<GridSpec> = {
  axes: { encoder: ['clip-a'], connector: ['linear'], llm: ['llama-a'], data: ['short'], strategy: ['base'] },
  seeds: 1,
};
const submit = async (body: { readonly spec: GridSpec }) => (await deployment.client.submit({ body })).id;
const detail = (id: string) => deployment.client.experiment({ params: { id } });
const attemptsOf = async (stage: string) =>
  (await deployment.client.attempts({ query: { stage } })).map(({ state }) => state);

describe('the scheduler', () => {
  it('starts the higher priority first', async () => {
    const low = await submit(own({ ...one, name: 'low', priority: 10 }));
    const high = await submit(own({ ...one, name: 'high', priority: 90 }));
    const order: string[] = [];
    await work(
      async ({ stage }) => {
        order.push(stage.firstExperiment!);
        return done;
      },
      { slots: 1 },
    );
    await ended(deployment, low);
    // A slot that waits for the next stage of the one takes a stage of the other meanwhile.
    expect(order[0]).toBe(high);
    expect(order.at(-1)).toBe(low);
    expect((await detail(high)).state).toBe('done');
  });

  it('keeps an experiment within maxParallel, however many slots are free', async () => {
    const id = await submit(own({ maxParallel: 2 }));
    const worker = await work(undefined, { slots: 6 });
    expect(await ended(deployment, id)).toMatchObject({ state: 'done' });
    expect(worker.most()).toBe(2);
  });

  it('fills the queue a little ahead of the slots, not with the whole grid', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const worker = await work(async () => gate.then(() => done), { slots: 2 });
    const sizes = Array.from({ length: 12 }, (_, i) => i + 1);
    const id = await submit(own({ ...one, axes: { ...one.axes!, 'stages.pretrain.batchSize': sizes } }));
    const states = async (): Promise<string[]> => (await detail(id)).stageList.map(({ state }) => state);
    const full = await until(states, (seen) => seen.filter((state) => state === 'queued').length >= 8);
    expect(full.filter((state) => state === 'queued')).toHaveLength(8);
    expect(full.filter((state) => state === 'ready').length).toBeGreaterThan(0);
    open();
    expect((await ended(deployment, id)).stages.done).toBe(36);
    expect(worker.leased).toHaveLength(36);
  });

  it('gives a stage whose lease ran out to the next attempt, which costs no retry', async () => {
    let vanished = 0;
    const id = await submit(own(one));
    await work(({ stage }) => {
      if (stage.name !== 'pretrain' || vanished > 2) return done;
      vanished += 1;
      return 'vanish';
    });
    // Three leases are lost; the database's clock is not waited for.
    for (let lost = 1; lost <= 3; lost += 1) {
      await until(
        async () => vanished,
        (count) => count >= lost,
      );
      await deployment.database
        .$executeRaw`UPDATE attempts SET lease_expires_at = now() - interval '1 second' WHERE state = 'leased'`;
    }
    const over = await ended(deployment, id);
    expect(over).toMatchObject({ state: 'done', error: null });
    const { key } = over.stageList.find(({ stage }) => stage === 'pretrain')!;
    expect(await attemptsOf(key)).toEqual(['lost', 'lost', 'lost', 'done']);
    const [row] = await deployment.database.stage.findMany({ where: { key } });
    expect(row!.failures).toBe(0);
  });

  it('enqueues again what has a row and no job: a flushed queue loses nothing', async () => {
    await work(undefined, { slots: 1 }).then((worker) => worker.stop());
    workers.splice(0);
    const id = await submit(own(one));
    const queued = await until(
      () => deployment.database.attempt.findMany({ where: { state: 'queued' } }),
      (rows) => rows.length > 0,
    );
    const queue = await openQueue({ redisUrl: null, databaseUrl: deployment.databaseUrl, pool: 'default' });
    for (const { id: attempt } of queued) {
      await until(
        () => queue.has(attempt),
        (has) => has,
      );
      await queue.remove(attempt);
    }
    await queue.close();
    await work();
    expect((await ended(deployment, id)).state).toBe('done');
  });

  it('refuses what was planned for another numerics class, with what to do', async () => {
    const spec = own({ ...one, resources: { pool: 'gpus' } });
    const planned = await deployment.client.plan({ body: spec });
    expect(planned).toMatchObject({ numericsClass: 'onnx-cpu', numericsAssumed: true });
    const id = await submit(spec);
    const worker = await work(undefined, { pool: 'gpus', numericsClass: 'tensorflow-gpu' });
    const over = await ended(deployment, id);
    expect(over).toMatchObject({
      state: 'failed',
      error: { code: 'PLANNED_FOR_OTHER', path: 'numericsClass', value: 'onnx-cpu' },
    });
    expect(worker.leased).toEqual([]);
    const again = await submit(spec);
    expect((await ended(deployment, again)).state).toBe('done');
    expect(worker.leased).toEqual(['pretrain', 'finetune', 'evaluate:quiz']);
  });
});

describe('a failed stage', () => {
  it('blocks what stands on it with one error, lets the rest run, and one retry goes on with all of it', async () => {
    let broken = true;
    const id = await submit(own());
    await work((_lease, config) =>
      broken && config.kind === 'train' && config.stage === 'pretrain' && config.encoder.id === 'siglip-a'
        ? failed
        : done,
    );
    const over = await ended(deployment, id);
    expect(over).toMatchObject({ state: 'failed', error: { code: 'BAD_IMAGE', path: 'a.png' } });
    expect(over.runs).toEqual({ total: 8, done: 4, failed: 4 });
    const states = over.stageList.map(({ stage, state }) => `${stage.split(':')[0]} ${state}`);
    expect(
      Object.fromEntries(
        [...new Set(states)].map((state) => [state, states.filter((other) => other === state).length]),
      ),
    ).toEqual({
      'pretrain done': 1,
      'finetune done': 4,
      'evaluate done': 4,
      'pretrain failed': 1,
      'finetune blocked': 4,
      'evaluate blocked': 4,
    });
    const runs = await deployment.client.runs({ params: { id } });
    expect(runs.filter(({ error }) => error !== null).map(({ error }) => error!.code)).toEqual(
      new Array(4).fill('BAD_IMAGE'),
    );

    broken = false;
    expect(await deployment.client.retry({ params: { id } })).toMatchObject({
      state: 'running',
      error: null,
      finishedAt: null,
    });
    expect(await ended(deployment, id)).toMatchObject({ state: 'done', runs: { done: 8, failed: 0 } });
    await expect(deployment.client.retry({ params: { id } })).rejects.toMatchObject({
      code: 'NOTHING_TO_RETRY',
    });
  });

  it('is offered again by whoever submits it again; the experiment that had failed by it goes on', async () => {
    let broken = true;
    const spec = own(one);
    const first = await submit(spec);
    await work((_lease, config) => (broken && config.kind === 'evaluate' ? failed : done));
    expect((await ended(deployment, first)).state).toBe('failed');
    broken = false;
    const plan = await deployment.client.plan({ body: spec });
    expect(plan.counts.newStages).toEqual({ evaluate: 1 });
    const second = await submit(spec);
    expect((await ended(deployment, second)).state).toBe('done');
    expect((await ended(deployment, first)).state).toBe('done');
  });
});

describe('a cancelled experiment', () => {
  it('stops what nobody else wants and nothing more', async () => {
    const shared = own({ ...one, evaluate: ['quiz'] });
    const more = { spec: { ...shared.spec, evaluate: ['quiz', 'riddles'], name: 'more' } };
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    await work(async ({ stage }) => (stage.name === 'pretrain' ? gate.then(() => done) : done));
    const kept = await submit(shared);
    const dropped = await submit(more);
    await until(
      () => detail(kept),
      ({ stages }) => stages.running === 1,
    );
    const cancelled = await deployment.client.cancel({ params: { id: dropped } });
    expect(cancelled.state).toBe('cancelled');
    expect(cancelled.stageList.map(({ stage, state }) => [stage, state])).toEqual([
      ['pretrain', 'running'],
      ['finetune', 'waiting'],
      ['evaluate:quiz', 'waiting'],
      ['evaluate:riddles', 'cancelled'],
    ]);
    open();
    expect((await ended(deployment, kept)).state).toBe('done');
    expect((await detail(dropped)).state).toBe('cancelled');
    await expect(deployment.client.cancel({ params: { id: dropped } })).rejects.toMatchObject({
      code: 'NOT_RUNNING',
    });

    await deployment.client.retry({ params: { id: dropped } });
    expect(await ended(deployment, dropped)).toMatchObject({ state: 'done', stages: { done: 4 } });
  });
});
