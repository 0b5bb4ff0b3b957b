import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import type { GridSpec } from '@ablate/design-space';
import { deploy, grid, type Deployment } from './deployment.js';
import { done, startWorker, type ScriptedWorker } from './scripted-worker.js';
import { ended } from './wait.js';

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
/** One encoder, two strategies, one seed: 1 pretraining, 2 finetunings, 2 evaluations, of no other test. */
const own = (): GridSpec => {
  names += 1;
  const rate = 3e-3 + names * 1e-6;
  return grid(`larger-${names}`, {
    axes: {
      encoder: ['clip-a'],
      connector: ['linear'],
      llm: ['llama-a'],
      data: ['short'],
      strategy: ['base', 'lora'],
    },
    seeds: { values: [1], redraws: ['finetune'] },
    defaults: { 'stages.pretrain.learningRate': rate, 'stages.finetune.learningRate': rate },
  }).spec;
};
const params = (id: string) => ({ params: { id } });
const work = async () => {
  worker = await startWorker(deployment, () => done, { slots: 3 });
  return worker;
};
const submit = async (spec: GridSpec) => (await deployment.client.submit({ body: { spec } })).id;
const plan = (id: string, spec: GridSpec) =>
  deployment.client.planExtension({ ...params(id), body: { spec } });
const extend = (id: string, spec: GridSpec) => deployment.client.extend({ ...params(id), body: { spec } });

describe('an experiment that is extended', () => {
  it('keeps what is there, trains only what is new, and goes on', async () => {
    const first = own();
    const { leased } = await work();
    const id = await submit(first);
    const before = await ended(deployment, id);
    expect([before.cells, leased.length]).toEqual([2, 5]);
    const finished = new Map(before.stageList.map(({ key, finishedAt }) => [key, finishedAt]));
    const runs = await deployment.client.runs(params(id));

    const larger: GridSpec = {
      ...first,
      axes: { ...first.axes, encoder: ['clip-a', 'siglip-a'] },
      seeds: { values: [1, 2], redraws: ['finetune'] },
      evaluate: ['quiz', 'riddles'],
    };
    const view = await plan(id, larger);
    expect(view).toMatchObject({
      before: { cells: 2, runs: 2, stages: 5 },
      added: { cells: 2, runs: 6 },
      // 2 cells x seed 2 and 2 new cells x 2 seeds train; every run answers both benchmarks.
      stages: { pretrain: 1, finetune: 6, evaluate: 14 },
      newStages: { pretrain: 1, finetune: 6, evaluate: 14 },
      // 6 added runs x 2 trainings, of which 7 run.
      savedTrainings: 5,
      evaluatedAgain: 2,
      axes: [{ axis: 'encoder', levels: ['siglip-a'], isNew: false }],
      seeds: [2],
      benchmarks: ['riddles'],
    });
    expect(view.cells.map(({ label }) => label)).toEqual(['siglip-a · base', 'siglip-a · lora']);
    // Nothing has changed by asking.
    expect(await deployment.client.experiment(params(id))).toMatchObject({ state: 'done', cells: 2 });

    expect(await extend(id, larger)).toMatchObject({ id, state: 'running', finishedAt: null, cells: 4 });
    const after = await ended(deployment, id);
    expect(after).toMatchObject({
      state: 'done',
      cells: 4,
      runs: { total: 8, done: 8 },
      stages: { total: 26 },
    });
    expect(leased).toHaveLength(5 + 21);
    for (const { key, finishedAt, attempts } of after.stageList.filter(({ key: one }) => finished.has(one)))
      expect([finishedAt, attempts]).toEqual([finished.get(key), 1]);
    const now = await deployment.client.runs(params(id));
    expect(now.slice(0, 2).map((run) => [run.id, run.cell, run.seed])).toEqual(
      runs.map((run) => [run.id, run.cell, run.seed]),
    );
    expect(now.map((run) => run.id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${id}-${n}`));
    expect(now[0]!.label).toBe('clip-a · base');
    // The record has both grids as they were submitted, and the tables know all levels.
    const overview = await deployment.client.overview(params(id));
    expect(overview.grids.map(({ version, added }) => [version, added])).toEqual([
      [1, { cells: 2, runs: 2, stages: 5 }],
      [2, { cells: 2, runs: 6, stages: 21 }],
    ]);
    expect([overview.grids[0]!.spec, overview.grids[1]!.spec]).toEqual([first, larger]);
    expect(overview.axes.find(({ name }) => name === 'encoder')!.levels).toEqual(['clip-a', 'siglip-a']);
    const comparison = await deployment.client.compare(params(id));
    expect(comparison.cells.map(({ scores }) => scores.map(({ n }) => n))).toEqual([
      [2, 2],
      [2, 2],
      [2, 2],
      [2, 2],
    ]);
    await expect(plan(id, larger)).rejects.toMatchObject({ code: 'NOTHING_NEW' });
  });

  it('takes a new axis: old cells get the level that they ran with', async () => {
    const first = own();
    const { leased } = await work();
    const id = await submit(first);
    await ended(deployment, id);
    const rates = (values: number[]): GridSpec => ({
      ...first,
      axes: { ...first.axes, 'stages.finetune.batchSize': values },
    });
    await expect(plan(id, rates([4, 8]))).rejects.toMatchObject({ code: 'NO_LEVEL_FOR_OLD_CELLS' });
    const [stage] = (await deployment.client.experiment(params(id))).stageList.filter(
      ({ stage: name }) => name === 'finetune',
    );
    const ran = (stage!.config as { batchSize: number }).batchSize;
    const view = await plan(id, rates([ran, 4]));
    expect(view).toMatchObject({
      placed: 2,
      added: { cells: 2, runs: 2 },
      newStages: { finetune: 2, evaluate: 2 },
    });
    expect(view.axes).toEqual([
      { axis: 'stages.finetune.batchSize', levels: [String(ran), '4'], isNew: true },
    ]);
    await extend(id, rates([ran, 4]));
    expect(await ended(deployment, id)).toMatchObject({ state: 'done', runs: { total: 4 } });
    expect(leased).toHaveLength(5 + 4);
    const levels = (await deployment.client.cells(params(id))).map(
      (cell) => cell.levels['stages.finetune.batchSize'],
    );
    expect(levels).toEqual([String(ran), String(ran), '4', '4']);
    expect((await deployment.client.overview(params(id))).baseline).toBe(
      (await deployment.client.cells(params(id)))[0]!.id,
    );
  });

  it('shares with other experiments, runs what another started, and stays paused', async () => {
    const first = own();
    const id = await submit(first);
    await deployment.client.pause(params(id));
    const larger = { ...first, axes: { ...first.axes, encoder: ['clip-a', 'siglip-a'] } };
    await submit({ ...larger, name: `${larger.name}-other` });
    const view = await plan(id, larger);
    expect(view).toMatchObject({
      stages: { pretrain: 1, finetune: 2, evaluate: 2 },
      newStages: {},
      flops: 0,
    });
    expect(await extend(id, larger)).toMatchObject({ state: 'paused', cells: 4 });
  });

  it('changes nothing when it is refused, and takes one of two at the same time', async () => {
    const first = own();
    const id = await submit(first);
    const refused: [Partial<GridSpec>, object][] = [
      [{ project: 'others' }, { code: 'NOT_AN_EXTENSION', path: 'project' }],
      [{ baseline: { encoder: 'clip-a', strategy: 'lora' }, seeds: 2 }, { code: 'NOT_AN_EXTENSION' }],
      [{ evaluate: ['quizz'] }, { value: 'quizz' }],
    ];
    for (const [changes, error] of refused)
      await expect(extend(id, { ...first, ...changes })).rejects.toMatchObject(error);
    expect((await deployment.client.overview(params(id))).grids).toHaveLength(1);
    const seeded = (values: number[]) => extend(id, { ...first, seeds: { values, redraws: ['finetune'] } });
    const both = await Promise.allSettled([seeded([1, 2]), seeded([1, 3])]);
    const told = both.map((one) =>
      one.status === 'rejected' ? (one.reason as { code: string }).code : 'done',
    );
    expect(told.every((one) => one === 'done' || one === 'CHANGED_MEANWHILE')).toBe(true);
    const { grids } = await deployment.client.overview(params(id));
    expect(grids).toHaveLength(1 + told.filter((one) => one === 'done').length);
    await deployment.client.cancel(params(id));
    await expect(seeded([1, 4])).rejects.toMatchObject({ code: 'IS_CANCELLED' });
  });
});
