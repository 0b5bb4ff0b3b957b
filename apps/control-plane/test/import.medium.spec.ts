import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { deploy, grid, type Deployment } from './deployment.js';

jest.setTimeout(300_000);

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterAll(() => deployment.close(), 60_000);

const sample = async (name: string) => ({
  file: `${name}.csv`,
  text: await readFile(new URL(`../../../examples/published/${name}.csv`, import.meta.url), 'utf8'),
});
const counts = async () => ({
  projects: await deployment.database.project.count(),
  experiments: await deployment.database.experiment.count(),
  cells: await deployment.database.cell.count(),
  runs: await deployment.database.run.count(),
  stages: await deployment.database.stage.count(),
  points: await deployment.database.metricPoint.count(),
});

describe('an imported table', () => {
  it.each([
    ['tinyllava', { cells: 12, rows: 88 }],
    ['tinyllava-factory', { rows: 112 }],
    ['prismatic', { rows: 616 }],
    ['cambrian', { rows: 1339 }],
  ])(
    '%s is an experiment that is done, with every figure, by every reading route',
    async (name, expected) => {
      const { client } = deployment;
      const body = await sample(name);
      const report = await client.import({ body });
      expect(report).toMatchObject({ ...expected, project: 'published', name });
      const params = { id: report.id };

      const detail = await client.experiment({ params });
      expect(detail).toMatchObject({ state: 'done', progress: 1, etaSeconds: null, error: null });
      expect(detail.runs).toEqual({ total: report.runs, done: report.runs, failed: 0 });

      const left = report.derived.reduce((sum, { rows }) => sum + rows.length, 0);
      const runs = await client.runs({ params });
      const figures = runs.flatMap(({ metrics }) => Object.entries(metrics));
      expect(figures).toHaveLength(body.text.trim().split('\n').length - 1 - left);

      const comparison = await client.compare({ params });
      expect(comparison.benchmarks.map(({ id }) => id)).toEqual(
        report.metrics.map(({ benchmark }) => benchmark),
      );
      expect(comparison.notes.join(' ')).not.toContain('not finished');
      for (const format of ['csv', 'json', 'markdown', 'latex'] as const)
        expect((await client.export({ params, query: { format } })).text.length).toBeGreaterThan(100);

      const effects = await client.effects({ params, query: { model: 'main' } });
      expect(effects.metric).toBe(report.metrics[0]!.metric);
      expect(effects.used).toBe(report.metrics[0]!.scores);
    },
  );

  it('gives the printed figures back, and the figures of statsmodels', async () => {
    const { client } = deployment;
    const { id } = await client.import({
      body: { ...(await sample('tinyllava')), name: 'paper', project: 'claims' },
    });
    const [first] = await client.runs({ params: { id } });
    expect(first!.metrics).toMatchObject({ 'VQAv2/score': 74, 'GQA/score': 58.1, 'MM-Vet/score': 20.6 });
    const query = { model: 'main' as const, metric: 'VQAv2' };
    const apart = await client.effects({ params: { id }, query });
    expect(apart.withheld.map(({ axis }) => axis)).toEqual(['data + strategy']);
    const joint = await client.effects({ params: { id }, query: { ...query, joint: 'data,strategy' } });
    const [encoder] = joint.differences;
    expect(encoder!.estimate).toBeCloseTo(2.35, 9);
    expect(encoder!.lo).toBeCloseTo(1.8791911551513738, 8);
    expect(joint.differences.find(({ axis }) => axis === 'data + strategy')!.estimate).toBeCloseTo(1.05, 9);
    expect((await client.experiments({ query: { project: 'claims' } })).map(({ name }) => name)).toEqual([
      'paper',
    ]);
  });

  it('takes repeated figures as seeds when asked', async () => {
    const { client } = deployment;
    const text = 'encoder,benchmark,score\na,V,1\na,V,3\nb,V,4\nb,V,6\n';
    const { id } = await client.import({ body: { file: 'reruns.csv', text, replicates: true } });
    const effects = await client.effects({ params: { id }, query: { model: 'main' } });
    expect(effects.seedNoise).toMatchObject({ df: 2, sd: expect.closeTo(Math.SQRT2, 9) });
  });

  it('never becomes work: nothing waits, nothing is tried, a grid beside it runs on its own', async () => {
    const { client, database } = deployment;
    const { id } = await client.import({ body: await sample('tinyllava') });
    await client.submit({ body: grid('beside') });
    await new Promise((resolve) => setTimeout(resolve, 300));
    const own = await database.stage.findMany({
      where: { firstExperiment: id },
      include: { attempts: true },
    });
    expect(own).toHaveLength(88);
    expect(own.every(({ state, attempts }) => state === 'done' && attempts.length === 0)).toBe(true);
    await expect(client.retry({ params: { id } })).rejects.toMatchObject({ code: 'NOTHING_TO_RETRY' });
    await expect(client.cancel({ params: { id } })).rejects.toMatchObject({ code: 'NOT_RUNNING' });
    expect((await database.experiment.findUniqueOrThrow({ where: { id } })).kind).toBe('imported');
  });
});

describe('a table with a problem', () => {
  const good = 'encoder,benchmark,score\na,V,1\nb,V,2\n';
  it.each<[string, object, object]>([
    [
      'duplicates',
      { text: `${good}a,V,3\n` },
      { code: 'DUPLICATE_ROWS', path: 'bad.csv:2', message: expect.stringContaining('rows 2 and 4') },
    ],
    [
      'a bad score in its last row',
      { text: `${good}c,V,nan\n` },
      { code: 'BAD_SCORE', path: 'bad.csv:4:score', value: 'nan' },
    ],
    [
      'an unknown column',
      { text: 'encoder,foo,score\na,1,2\n' },
      { code: 'UNKNOWN_COLUMN', path: 'bad.csv:1:foo' },
    ],
    ['a body of another form', { text: good, reps: true }, { code: 'BAD_REQUEST', path: 'reps' }],
  ])('%s is refused and leaves nothing behind', async (_, body, expected) => {
    const before = await counts();
    await expect(
      deployment.client.import({ body: { file: 'bad.csv', project: 'never', ...body } as never }),
    ).rejects.toMatchObject(expected);
    expect(await counts()).toEqual(before);
  });

  it('leaves nothing behind when the database refuses in the middle', async () => {
    const { client, database } = deployment;
    await database.$executeRaw`ALTER TABLE runs ADD CONSTRAINT no_seed_77 CHECK (seed <> 77)`;
    const before = await counts();
    const text = 'encoder,seed,benchmark,score\na,1,V,1\nb,77,V,2\n';
    await expect(client.import({ body: { file: 'late.csv', text, project: 'half' } })).rejects.toMatchObject({
      code: 'INTERNAL',
    });
    expect(await counts()).toEqual(before);
  });
});
