import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { GridSpec } from '@ablate/design-space';
import { deploy, grid, type Deployment } from './deployment.js';
import { done, failed, startWorker, type ScriptedWorker } from './scripted-worker.js';
import { ended, until } from './wait.js';

jest.setTimeout(300_000);

let deployment: Deployment;
let worker: ScriptedWorker | null = null;
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterEach(async () => {
  await worker?.stop();
  worker = null;
});
afterAll(() => deployment.close(), 60_000);

let names = 0;
/** One run of three stages that no other test shares. */
const own = (changes: Partial<GridSpec> = {}): { readonly spec: GridSpec } => {
  names += 1;
  const rate = 2e-3 + names * 1e-6;
  return grid(`paused-${names}`, {
    axes: {
      encoder: ['clip-a'],
      connector: ['linear'],
      llm: ['llama-a'],
      data: ['short'],
      strategy: ['base'],
    },
    seeds: 1,
    defaults: { 'stages.pretrain.learningRate': rate, 'stages.finetune.learningRate': rate },
    ...changes,
  });
};
const submit = async (body: { readonly spec: GridSpec }) => (await deployment.client.submit({ body })).id;
const params = (id: string) => ({ params: { id } });
const detail = (id: string) => deployment.client.experiment(params(id));
const statesOf = async (id: string) => (await detail(id)).stageList.map(({ state }) => state);
/** Long enough for the scheduler to have started whatever it would start. */
const rounds = () => new Promise((resolve) => setTimeout(resolve, 600));
/** A worker that holds stages of a name until `open`. */
const gated = async (name: string, databaseOf = deployment) => {
  let open: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => (open = resolve));
  worker = await startWorker(databaseOf, async ({ stage }) =>
    stage.name === name ? gate.then(() => done) : done,
  );
  return { open: () => open() };
};

describe('a paused experiment', () => {
  it('lets what runs finish and starts nothing more; resumed it goes on', async () => {
    const { open } = await gated('pretrain');
    const id = await submit(own());
    await until(
      () => detail(id),
      ({ stages }) => stages.running === 1,
    );
    expect(await deployment.client.pause(params(id))).toMatchObject({ state: 'paused', etaSeconds: null });
    open();
    await until(
      () => detail(id),
      ({ stages }) => stages.done === 1,
    );
    await rounds();
    expect(await statesOf(id)).toEqual(['done', 'ready', 'waiting']);
    expect(worker!.leased).toEqual(['pretrain']);
    const because = `Its experiment ${id} is paused: resume it and it goes on.`;
    const { rows } = await deployment.client.queue({ query: {} });
    expect(rows.map(({ state, because: why }) => [state, why])).toEqual([
      ['paused', because],
      ['paused', because],
    ]);
    const { stageList } = await detail(id);
    expect(await deployment.client.explain(params(stageList[1]!.key))).toMatchObject({ waits: because });
    expect(await deployment.client.explain(params(stageList[0]!.key))).toMatchObject({ waits: null });

    expect(await deployment.client.resume(params(id))).toMatchObject({ state: 'running' });
    expect(await ended(deployment, id)).toMatchObject({ state: 'done', stages: { done: 3 } });
  });

  it('takes its queued attempts back, which no job then starts', async () => {
    // A pool with one worker that takes nothing: attempts are queued and stay so.
    worker = await startWorker(deployment, () => done);
    await worker.stop();
    worker = null;
    const id = await submit(own());
    await until(
      () => statesOf(id),
      ([first]) => first === 'queued',
    );
    await deployment.client.pause(params(id));
    expect(await statesOf(id)).toEqual(['ready', 'waiting', 'waiting']);
    worker = await startWorker(deployment, () => done);
    await rounds();
    expect(worker.leased).toEqual([]);
    await deployment.client.resume(params(id));
    expect((await ended(deployment, id)).state).toBe('done');
    const { stageList } = await detail(id);
    const attempts = await deployment.client.attempts({ query: { stage: stageList[0]!.key } });
    expect(attempts.map(({ state }) => state)).toEqual(['released', 'done']);
  });

  it('leaves what another running experiment needs alone, and profits from it', async () => {
    const shared = own();
    const paused = await submit({ spec: { ...shared.spec, evaluate: ['quiz', 'riddles'], name: 'more' } });
    await deployment.client.pause(params(paused));
    worker = await startWorker(deployment, () => done);
    const running = await submit(shared);
    expect((await ended(deployment, running)).state).toBe('done');
    await rounds();
    expect(await statesOf(paused)).toEqual(['done', 'done', 'done', 'ready']);
    expect((await detail(paused)).state).toBe('paused');
  });

  it('keeps its stages when the other that wants them is cancelled', async () => {
    const shared = own();
    const paused = await submit(shared);
    await deployment.client.pause(params(paused));
    const other = await submit({ spec: { ...shared.spec, name: 'other' } });
    await deployment.client.cancel(params(other));
    expect(await statesOf(paused)).toEqual(['ready', 'waiting', 'waiting']);
    worker = await startWorker(deployment, () => done);
    await rounds();
    expect(worker.leased).toEqual([]);
    await deployment.client.resume(params(paused));
    expect((await ended(deployment, paused)).state).toBe('done');
  });

  it('is done when what ran was all that was left, and stays paused over a retry', async () => {
    const { open } = await gated('evaluate:quiz');
    const last = await submit(own());
    await until(
      () => statesOf(last),
      (states) => states[2] === 'running',
    );
    await deployment.client.pause(params(last));
    open();
    await until(
      () => detail(last),
      ({ state }) => state === 'done',
    );
    await worker!.stop();

    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    worker = await startWorker(deployment, ({ stage }) =>
      stage.name === 'evaluate:quiz'
        ? failed
        : stage.name === 'evaluate:riddles'
          ? gate.then(() => done)
          : done,
    );
    const broken = await submit(own({ evaluate: ['quiz', 'riddles'] }));
    await until(
      () => statesOf(broken),
      (states) => states[2] === 'failed' && states[3] === 'running',
    );
    await deployment.client.pause(params(broken));
    const retried = await deployment.client.retry(params(broken));
    expect([retried.state, retried.stageList[2]!.state]).toEqual(['paused', 'ready']);
    release();
    await until(
      () => statesOf(broken),
      (states) => states[3] === 'done',
    );
    await rounds();
    expect([(await detail(broken)).state, (await statesOf(broken))[2]]).toEqual(['paused', 'ready']);
  });

  it('is still paused after the control plane was started anew, and an open stream stays open', async () => {
    const { spec } = own();
    const id = await submit({ spec });
    await deployment.client.pause(params(id));
    const again = await deploy({ DATABASE_URL: deployment.databaseUrl });
    try {
      worker = await startWorker(deployment, () => done);
      await rounds();
      expect(await again.client.experiment(params(id))).toMatchObject({
        state: 'paused',
        stages: { done: 0 },
      });
      const seen: string[] = [];
      const watched = (async () => {
        for await (const { experiment } of again.client.events(id)) seen.push(experiment.state);
      })();
      await until(
        () => Promise.resolve(seen.length),
        (length) => length > 0,
      );
      await again.client.resume(params(id));
      await watched;
      expect([seen[0], seen.at(-1)]).toEqual(['paused', 'done']);
    } finally {
      await again.close();
    }
  });

  it('refuses what makes no sense with 409 and what to do', async () => {
    const id = await submit(own());
    await expect(deployment.client.resume(params(id))).rejects.toMatchObject({ code: 'NOT_PAUSED' });
    await deployment.client.pause(params(id));
    await expect(deployment.client.pause(params(id))).rejects.toMatchObject({
      code: 'NOT_RUNNING',
      value: 'paused',
      fix: expect.stringContaining('ablate resume'),
    });
    const response = await fetch(`${deployment.url}/api/v1/experiments/${id}/pause`, { method: 'POST' });
    expect(response.status).toBe(409);
    expect(await deployment.client.cancel(params(id))).toMatchObject({ state: 'cancelled' });
    expect(await statesOf(id)).toEqual(['cancelled', 'cancelled', 'cancelled']);
    await expect(deployment.client.pause(params('nowhere'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
