import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deploy, grid, type Deployment } from './deployment.js';
import { startWorker } from './scripted-worker.js';
import { ended } from './wait.js';

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterAll(() => deployment.close(), 60_000);

/** Many real statements on a machine that others use too: a limit that only a stuck test meets. */
jest.setTimeout(300_000);

describe('a grid, from plan to table', () => {
  it('is planned without a worker, and says what sharing saves', async () => {
    const plan = await deployment.client.plan({ body: grid('plan') });
    // 2 encoders x 2 strategies x 2 seeds; pretrain depends on the encoder alone (seed 0), evaluation on finetune.
    expect(plan.counts).toMatchObject({
      cells: 4,
      runs: 8,
      stages: { pretrain: 2, finetune: 8, evaluate: 8 },
      newStages: { pretrain: 2, finetune: 8, evaluate: 8 },
      stageUses: { pretrain: 8, finetune: 8, evaluate: 8 },
    });
    expect(plan.saved.trainings).toBe(6);
    expect(plan.saved.seconds).toBeGreaterThan(0);
    expect(plan.secondsFrom).toBe('prior');
    expect(plan).toMatchObject({ numericsClass: 'onnx-cpu', numericsAssumed: true });
    expect(plan.notes.join()).toContain('No worker has registered');
    expect(plan.seconds.wall).toBeLessThanOrEqual(plan.seconds.compute);
    for (const stage of plan.stages) {
      expect(stage.flops).toBeGreaterThan(0);
      expect(stage.peakMemoryBytes).toBeGreaterThan(0);
    }
    expect(plan.cells.map(({ label }) => label)).toEqual([
      'clip-a · base',
      'clip-a · lora',
      'siglip-a · base',
      'siglip-a · lora',
    ]);
    expect(await deployment.client.experiments({ query: {} })).toEqual([]);
  });

  it('runs parents before children, every stage once, and ends', async () => {
    const { client } = deployment;
    const submitted = await client.submit({ body: grid('first') });
    expect(submitted).toMatchObject({ state: 'running', cells: 4, savedTrainings: 6, progress: 0 });
    expect(submitted.stages).toEqual({ total: 18, done: 0, running: 0, failed: 0, reused: 0 });
    expect(submitted.etaSeconds).toBeGreaterThan(0);

    const worker = await startWorker(deployment, undefined, { slots: 3 });
    const over = await ended(deployment, submitted.id);
    expect(over).toMatchObject({ state: 'done', progress: 1, etaSeconds: null, error: null });
    expect(over.runs).toEqual({ total: 8, done: 8, failed: 0 });
    expect(over.finishedAt).not.toBeNull();
    expect(worker.leased).toHaveLength(18);
    expect(worker.leased.slice(0, 2)).toEqual(['pretrain', 'pretrain']);
    for (const stage of over.stageList) {
      expect(stage).toMatchObject({ state: 'done', attempts: 1 });
      expect(stage.runs).toBe(stage.stage === 'pretrain' ? 4 : 1);
    }
    await worker.stop();
  });

  it('costs nothing the second time', async () => {
    const { client } = deployment;
    const plan = await client.plan({ body: grid('second') });
    expect(plan.counts.newStages).toEqual({});
    expect(plan.counts.stages).toEqual({ pretrain: 2, finetune: 8, evaluate: 8 });
    expect(plan).toMatchObject({
      flops: 0,
      seconds: { compute: 0, wall: 0 },
      numericsAssumed: false,
      secondsFrom: 'measured',
    });
    expect(new Set(plan.stages.map(({ status }) => status))).toEqual(new Set(['finished']));

    const submitted = await client.submit({ body: grid('second') });
    expect(submitted.stages.reused).toBe(18);
    // No worker is there: the end needs none.
    expect(await ended(deployment, submitted.id)).toMatchObject({ state: 'done', runs: { done: 8 } });
  });

  it('coalesces with whoever asks for the same stages at the same time', async () => {
    const { client } = deployment;
    const bodies = ['a', 'b', 'c', 'd'].map((name) =>
      grid(name, { axes: { ...grid(name).spec.axes, data: ['long'] } }),
    );
    const submitted = await Promise.all(bodies.map((body) => client.submit({ body })));
    expect((await client.plan({ body: bodies[0]! })).stages.map(({ status }) => status)).not.toContain('new');
    const worker = await startWorker(deployment, undefined, { slots: 4 });
    for (const { id } of submitted)
      expect(await ended(deployment, id)).toMatchObject({ state: 'done', runs: { done: 8 } });
    expect(worker.leased).toHaveLength(18);
    const uses = (await client.experiment({ params: { id: submitted[0]!.id } })).stageList.map(
      ({ stage, runs }) => [stage, runs],
    );
    expect(new Set(uses.map(String))).toEqual(new Set(['pretrain,16', 'finetune,4', 'evaluate:quiz,4']));
    await worker.stop();
  });
});
