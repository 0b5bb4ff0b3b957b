import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { experiment, key, leased, openStorage, stage, type Storage } from './fixtures.js';

describe('submitting', () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await openStorage();
  }, 300_000);
  afterAll(() => storage.close(), 120_000);

  const submit = (...given: Parameters<typeof experiment>): Promise<void> =>
    storage.experiments.submit(experiment(...given));
  const ready = async (): Promise<string[]> => (await storage.stages.ready()).map(({ name }) => name);
  const finish = async (name: string): Promise<void> => {
    const lease = await leased(storage, name);
    await storage.attempts.finish(lease, { state: 'done', seconds: 2, bitExact: true });
  };

  it('shares stages between runs and experiments, and says which were there before', async () => {
    await submit('one', [
      ['base', 'left'],
      ['base', 'right'],
    ]);
    await finish('base');
    await submit('two', [
      ['base', 'left'],
      ['base', 'new'],
    ]);
    const reused = await storage.experiments.stages('two');
    expect(reused.map(({ name, reused: was, state }) => [name, was, state])).toEqual([
      ['base', true, 'done'],
      ['left', true, 'waiting'],
      ['new', false, 'waiting'],
    ]);
    expect((await storage.experiments.stages('one')).map(({ reused: was }) => was)).toEqual([
      false,
      false,
      false,
    ]);
    expect(await storage.stages.uses([key('base'), key('left'), key('new')])).toEqual(
      new Map([
        [key('base'), 4],
        [key('left'), 2],
        [key('new'), 1],
      ]),
    );
    expect((await storage.stages.find([key('base')]))[0]).toMatchObject({ firstExperiment: 'one' });
  });

  it('coalesces submissions of the same stages at the same time, whatever their order', async () => {
    const names = Array.from({ length: 30 }, (_, i) => `same${i}`);
    await Promise.all(
      Array.from({ length: 6 }, (_, i) => {
        const runs = (i % 2 === 0 ? names : [...names].reverse()).map((name) => [name]);
        return submit(`together${i}`, runs);
      }),
    );
    expect(await storage.stages.uses(names.map(key))).toEqual(new Map(names.map((name) => [key(name), 6])));
  });

  it('writes all or nothing', async () => {
    const broken = experiment('broken', [['whole']]);
    const twice = { ...broken, runs: [broken.runs[0]!, broken.runs[0]!] };
    await expect(storage.experiments.submit(twice)).rejects.toThrow();
    expect(await storage.experiments.find('broken')).toBeNull();
    expect(await storage.stages.find([key('whole')])).toEqual([]);
  });

  it('offers failed stages again and keeps the highest priority asked for', async () => {
    await submit('fails', [['fragile']], { priority: 20 });
    const lease = await leased(storage, 'fragile');
    const error = { code: 'BOOM', message: 'It broke.', path: null, value: null, rule: null, fix: null };
    await storage.attempts.finish(lease, { state: 'failed', error, final: true });
    await submit('again', [['fragile']], { priority: 80 });
    expect((await storage.stages.find([key('fragile')]))[0]).toMatchObject({
      state: 'waiting',
      failures: 0,
      error: null,
      priority: 80,
    });
    await submit('later', [['fragile']], { priority: 10 });
    expect((await storage.stages.find([key('fragile')]))[0]).toMatchObject({ priority: 80 });
  });

  it('makes stages ready when their parents are done: by priority, then age', async () => {
    await storage.database.experiment.updateMany({ data: { state: 'done' } });
    await submit('old', [['o1', 'o2'], ['o3']]);
    await submit('urgent', [['u1', 'u2']], { priority: 90 });
    expect(await ready()).toEqual(['u1', 'o1', 'o3']);
    await finish('u1');
    expect(await ready()).toEqual(['u2', 'o1', 'o3']);
    const lease = await leased(storage, 'o1');
    expect(await ready()).toEqual(['u2', 'o3']);
    expect(await storage.stages.active()).toEqual(new Map([['old', 1]]));
    await storage.attempts.finish(lease, { state: 'done', seconds: 1, bitExact: true });
    await storage.experiments.move('urgent', 'running', 'cancelled');
    expect(await ready()).toEqual(['o2', 'o3']);
  });

  it('takes a grid of thousands of runs', async () => {
    const names = Array.from({ length: 6000 }, (_, i) => `m${i}`);
    await submit(
      'many',
      names.map((name) => ['trunk', name]),
    );
    expect(await storage.database.run.count({ where: { experimentId: 'many' } })).toBe(6000);
    const stages = await storage.experiments.stages('many');
    expect(stages).toHaveLength(6001);
    expect(stages[0]).toMatchObject({ name: 'trunk' });
  }, 300_000);

  it('reads cells and runs in the order of the grid', async () => {
    await submit('ordered', [['b1'], ['a1'], ['c1']]);
    expect((await storage.experiments.cells('ordered')).map(({ label }) => label)).toEqual([
      'b1',
      'a1',
      'c1',
    ]);
    const runs = await storage.experiments.runs('ordered');
    expect(
      runs.map(({ cell, levels }: { cell: { label: string; levels: unknown }; levels?: unknown }) => [
        cell.label,
        cell.levels,
        levels,
      ]),
    ).toEqual([
      ['b1', { place: 0 }, undefined],
      ['a1', { place: 1 }, undefined],
      ['c1', { place: 2 }, undefined],
    ]);
    expect(await storage.experiments.run(runs[0]!.id)).toMatchObject({
      seed: 1,
      stages: [{ stageKey: key('b1') }],
    });
  });

  it('finds stages by the beginning of their key, when it is one', async () => {
    await submit('prefixes', [['prefixA'], ['prefixB'], ['pre_ixC']]);
    expect((await storage.stages.byPrefix('prefixA'))?.name).toBe('prefixA');
    expect(await storage.stages.byPrefix('prefix')).toBeNull();
    expect((await storage.stages.byPrefix('pre_'))?.name).toBe('pre_ixC');
    expect(await storage.stages.byPrefix('nothing')).toBeNull();
  });

  it('observes speed by kind', async () => {
    await storage.database.stage.updateMany({ where: { state: 'done' }, data: { state: 'waiting' } });
    await submit('speed', [['t1', 'v1'], ['t2']]);
    for (const name of ['t1', 't2', 'v1']) await finish(name);
    expect(await storage.stages.throughput()).toEqual([
      { kind: 'evaluate', flopsPerSecond: 5e8, stages: 1 },
      { kind: 'train', flopsPerSecond: 5e8, stages: 2 },
    ]);
  });

  it('keeps what a stage was made of', async () => {
    expect((await storage.stages.find([key('b1')]))[0]).toMatchObject({
      kind: 'train',
      config: stage('b1').config,
      inputs: { name: 'b1' },
      parents: [],
    });
  });
});
