import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createClient, type ServerEvent } from '@ablate/contracts';
import { deploy, grid, type Deployment } from './deployment.js';
import { done, startWorker, type ScriptedWorker } from './scripted-worker.js';
import { ended } from './wait.js';

jest.setTimeout(300_000);

let deployment: Deployment;
let worker: ScriptedWorker;
let id: string;
beforeAll(async () => {
  deployment = await deploy();
  const submitted = await deployment.client.submit({ body: grid('read me') });
  id = submitted.id;
  // Accuracies 0.6, 0.61, ... in the order of the runs, so that every mean is known.
  const runs = await deployment.client.runs({ params: { id } });
  const places = new Map(runs.map(({ stages }, i) => [stages.at(-1)!.key, 0.6 + i / 100]));
  worker = await startWorker(deployment, () => done, { accuracy: ({ stage }) => places.get(stage.key) ?? 0 });
  await ended(deployment, id);
}, 300_000);
afterAll(async () => {
  await worker.stop();
  await deployment.close();
}, 60_000);

const get = async (path: string, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(`${deployment.url}${path}`, { headers });

describe('what a finished grid shows', () => {
  it('is its runs, with levels, stages and the metrics of all stages', async () => {
    const runs = await deployment.client.runs({ params: { id } });
    expect(runs.map(({ label, seed }) => `${label} ${seed}`).slice(0, 3)).toEqual([
      'clip-a · base 1',
      'clip-a · base 2',
      'clip-a · lora 1',
    ]);
    const [run] = runs;
    expect(run).toMatchObject({
      experiment: id,
      state: 'done',
      error: null,
      levels: { encoder: 'clip-a', strategy: 'base' },
      stages: [
        { stage: 'pretrain', state: 'done', reused: false },
        { stage: 'finetune', state: 'done', reused: false },
        { stage: 'evaluate:quiz', state: 'done', reused: false },
      ],
    });
    expect(run!.metrics).toEqual({
      'pretrain/loss': 1.5,
      'finetune/loss': 1.5,
      'quiz/accuracy': 0.6,
      'quiz/blind_accuracy': 0.5,
      'quiz/majority_accuracy': 0.4,
    });
    expect(await deployment.client.run({ params: { id: run!.id } })).toEqual(run);
  });

  it('is cells by benchmark: mean, n, interval, controls, gain, the best cell, effects', async () => {
    const compared = await deployment.client.compare({ params: { id } });
    expect(compared.benchmarks).toEqual([{ id: 'quiz', metric: 'quiz/accuracy' }]);
    expect(compared.cells.map(({ label, baseline }) => [label, baseline])).toEqual([
      ['clip-a · base', true],
      ['clip-a · lora', false],
      ['siglip-a · base', false],
      ['siglip-a · lora', false],
    ]);
    const [score] = compared.cells[0]!.scores;
    expect(score).toMatchObject({ benchmark: 'quiz', n: 2, blind: 0.5, majority: 0.4 });
    expect(score!.mean).toBeCloseTo(0.605, 10);
    // Own: wrong at every third of 20 questions; blind: right at every second. Paired, over questions and not over seeds too.
    expect(score!.gain!.mean).toBeCloseTo(13 / 20 - 10 / 20, 10);
    const differences = Array.from({ length: 20 }, (_, i) => Number(i % 3 !== 0) - Number(i % 2 === 0));
    const mean = differences.reduce((a, b) => a + b, 0) / 20;
    const sd = Math.sqrt(differences.reduce((total, d) => total + (d - mean) ** 2, 0) / 19);
    expect(score!.gain!.high).toBeCloseTo(mean + (2.093024054 * sd) / Math.sqrt(20), 6);
    expect(compared.best).toMatchObject({ label: 'siglip-a · lora', metric: 'quiz/accuracy', n: 2 });
    expect(compared.best!.mean).toBeCloseTo(0.665, 10);
    const changes = compared.effects.map(({ axis, level, baseline, estimate }) => [
      axis,
      level,
      baseline,
      estimate!.toFixed(3),
    ]);
    expect(changes).toEqual([
      ['encoder', 'siglip-a', 'clip-a', '0.040'],
      ['strategy', 'lora', 'base', '0.020'],
    ]);
    expect(compared.notes.join()).toContain('pretrain');
    expect(compared.savedTrainings).toBe(6);
  });

  it('is the same effects wherever they are asked for, and never takes runs that share pretrain for independent', async () => {
    const effects = await deployment.client.effects({ params: { id }, query: {} });
    expect(effects).toMatchObject({ metric: 'quiz/accuracy', method: 'split', used: 8 });
    const compared = await deployment.client.compare({ params: { id } });
    expect(compared.effects).toEqual(
      effects.differences.map((difference) => ({ metric: 'quiz/accuracy', ...difference })),
    );
    const [encoder, strategy] = effects.differences;
    // Two pretrainings leave nothing to compare encoders with; strategies are compared inside them.
    expect(encoder).toMatchObject({ axis: 'encoder', lo: null, verdict: 'cannot tell' });
    expect(strategy!.df).toBeGreaterThan(0);
    const pivot = await deployment.client.pivot({
      params: { id },
      query: { rows: 'encoder', columns: 'strategy' },
    });
    expect(
      pivot.cells.map(({ row, column, n, independent, lo, rank }) => [row, column, n, independent, lo, rank]),
    ).toEqual([
      ['clip-a', 'base', 2, 1, null, 4],
      ['clip-a', 'lora', 2, 1, null, 3],
      ['siglip-a', 'base', 2, 1, null, 2],
      ['siglip-a', 'lora', 2, 1, null, 1],
    ]);
    expect(pivot.cells.map(({ difference }) => difference?.pairs)).toEqual([undefined, 2, 2, 2]);
    const { text } = await deployment.client.export({
      params: { id },
      query: { format: 'csv', what: 'effects' },
    });
    expect(text.split('\n')[1]).toContain(`encoder,siglip-a,clip-a,${encoder!.estimate}`);
    expect(await deployment.client.provenance({ params: { id } })).toMatchObject({
      kind: 'grid',
      notBitExact: 0,
      inputs: expect.arrayContaining([expect.objectContaining({ role: 'benchmark', id: 'quiz' })]),
    });
    await expect(
      deployment.client.pivot({ params: { id }, query: { rows: 'encoder', columns: 'encoder' } }),
    ).rejects.toMatchObject({ code: 'BAD_QUERY', path: 'rows' });
    await expect(
      deployment.client.effects({ params: { id }, query: { joint: 'encoder,colour' } }),
    ).rejects.toMatchObject({ code: 'BAD_QUERY', path: 'joint' });
  });

  it('compares two runs question by question', async () => {
    const [first, , second] = await deployment.client.runs({ params: { id } });
    const found = await deployment.client.questions({
      params: { id: first!.id },
      query: { with: second!.id, benchmark: 'quiz' },
    });
    expect(found).toMatchObject({ questions: 20, difference: 0, bootstrap: { lo: 0, hi: 0 } });
    await expect(
      deployment.client.questions({
        params: { id: first!.id },
        query: { with: second!.id, benchmark: 'exam' },
      }),
    ).rejects.toMatchObject({ code: 'NOT_EVALUATED' });
  });

  it.each([
    ['csv', /^cell,encoder,connector,llm,data,strategy,baseline,metric,mean,n,/],
    // No ±: runs of a cell share the pretraining, and one of it says nothing of its noise.
    ['markdown', /\| clip-a · base \(baseline\) \| (<u>)?60\.5 \|/],
    ['latex', /\\begin\{tabular\}\{lrrrr\}[\s\S]*\\textbf\{66\.5\}/],
    ['json', /"best"/],
  ] as const)('can be taken away as %s', async (format, expected) => {
    const { text } = await deployment.client.export({ params: { id }, query: { format } });
    expect(text).toMatch(expected);
    expect(text.endsWith('\n')).toBe(true);
  });

  it('is its logs, metrics and attempts', async () => {
    const [run] = await deployment.client.runs({ params: { id } });
    const lines = await deployment.client.logs({ params: { id: run!.id }, query: {} });
    expect(lines.map(({ stage, text }) => `${stage}: ${text}`)).toEqual([
      'pretrain: info: pretrain began',
      'finetune: info: finetune began',
    ]);
    const last = await deployment.client.logs({ params: { id: run!.id }, query: { limit: 1 } });
    expect(last.map(({ stage }) => stage)).toEqual(['finetune']);
    const series = await deployment.client.metrics({ query: { run: run!.id, name: 'loss' } });
    expect(series.map(({ points }) => points.map(({ value }) => value))).toEqual([
      [2.5, 2, 1.5],
      [2.5, 2, 1.5],
    ]);
    const [pretrain] = run!.stages;
    expect(await deployment.client.metrics({ query: { stage: pretrain!.key } })).toHaveLength(1);
    expect(await deployment.client.attempts({ query: { stage: pretrain!.key.slice(0, 12) } })).toMatchObject([
      { number: 1, state: 'done', device: 'onnx avx2', step: 3, totalSteps: 3, error: null },
    ]);
  });

  it('explains why a stage was reused, and which field made another new', async () => {
    const runs = await deployment.client.runs({ params: { id } });
    const [clipPretrain, clipFinetune] = runs[0]!.stages;
    const hit = await deployment.client.explain({ params: { id: clipPretrain!.key } });
    expect(hit).toMatchObject({ outcome: 'hit', firstExperiment: id, nearest: null, bitExact: true });
    expect(hit.sentence).toContain('4 runs');
    const miss = await deployment.client.explain({ params: { id: runs[1]!.stages[1]!.key } });
    expect(miss).toMatchObject({
      outcome: 'miss',
      nearest: clipFinetune!.key,
      differences: [{ path: 'config.seed', here: 2, there: 1 }],
    });
    expect(miss.inputs).toMatchObject({ config: { stage: 'finetune' }, numericsClass: 'onnx-cpu' });
  });

  it('is listed with experiments, projects and workers', async () => {
    const listed = await deployment.client.experiments({ query: { project: 'tests' } });
    expect(listed.map((entry) => entry.id)).toEqual([id]);
    expect(listed[0]).not.toHaveProperty('stageList');
    expect(await deployment.client.experiments({ query: { project: 'other' } })).toEqual([]);
    expect((await deployment.client.experiment({ params: { id: 'read me' } })).id).toBe(id);
    expect(await deployment.client.projects({})).toEqual([{ name: 'tests', experiments: 1 }]);
    expect(await deployment.client.workers({})).toMatchObject([
      { name: 'scripted', pool: 'default', slots: 2, busy: 0, running: [] },
    ]);
  });
});

describe('the event stream', () => {
  it('gives the whole state whenever it changes, until the end', async () => {
    const spec = grid('streamed', { axes: { ...grid('').spec.axes, data: ['long'] } });
    const { id: streamed } = await deployment.client.submit({ body: spec });
    const events: ServerEvent[] = [];
    for await (const event of deployment.client.events(streamed)) events.push(event);
    expect(events.at(-1)!.experiment).toMatchObject({ id: streamed, state: 'done', progress: 1 });
    const progress = events.map(({ experiment }) => experiment.progress);
    expect([...progress].sort((a, b) => a - b)).toEqual(progress);
  });

  it('does not repeat what a reconnecting client has seen, but for the end', async () => {
    const first = await (await get(`/api/v1/events?experiment=${id}`)).text();
    const seen = /^id: (\S+)$/m.exec(first)![1]!;
    const again = await (await get(`/api/v1/events?experiment=${id}`, { 'last-event-id': seen })).text();
    expect(again.match(/^id: /gm)).toHaveLength(1);
    expect(again).toContain(`id: ${seen}`);
  });

  it('refuses what is not there', async () => {
    await expect(deployment.client.events('nothing').next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('the inventory', () => {
  it('names what is here', async () => {
    const { backbones, recipes, benchmarks } = await deployment.client.inventory({});
    const ids = (entries: unknown[]): string[] => entries.map((entry) => (entry as { id: string }).id);
    expect(ids(backbones)).toEqual(expect.arrayContaining(['clip-a', 'siglip-a', 'llama-a']));
    expect(ids(recipes)).toEqual(['long', 'short']);
    expect(ids(benchmarks)).toEqual(['quiz', 'riddles']);
  });

  it('says what is wrong with a folder, and plans without it', async () => {
    const weights = join(deployment.home, 'models', 'siglip-a', 'model.safetensors');
    await writeFile(weights, 'not a safetensors file');
    await rm(join(deployment.home, 'data', 'long', 'images', 'a.png'));
    const { problems } = await deployment.client.inventory({});
    const here = problems.filter(({ path }) => path?.startsWith(deployment.home));
    expect(here).toEqual([
      expect.objectContaining({ code: 'BAD_BACKBONE', path: weights, fix: expect.stringMatching(/./) }),
      expect.objectContaining({
        code: 'BAD_DATA',
        path: join(deployment.home, 'data', 'long', 'images', 'a.png'),
      }),
    ]);
    await expect(deployment.client.plan({ body: grid('broken') })).rejects.toMatchObject({
      code: 'UNKNOWN_LEVEL',
      value: 'siglip-a',
    });
  });
});

describe('the rest of the door', () => {
  it('says that it lives and is ready', async () => {
    expect(await deployment.client.live({})).toEqual({ status: 'ok', checks: {} });
    expect(await deployment.client.ready({})).toEqual({
      status: 'ok',
      checks: { database: 'up', queue: 'up' },
    });
  });

  it('counts for Prometheus', async () => {
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toContain('text/plain');
    const text = await response.text();
    expect(text).toMatch(/^ablate_stages\{state="done"\} \d+$/m);
    expect(text).toMatch(/^ablate_slots 2$/m);
    expect(text).toMatch(/^ablate_stale_writes_total 0$/m);
  });

  it('describes every route it has', async () => {
    const { paths } = (await (await get('/api/v1/openapi.json')).json()) as {
      paths: Record<string, unknown>;
    };
    expect(Object.keys(paths)).toEqual(
      expect.arrayContaining(['/api/v1/plans', '/api/v1/experiments/{id}/export', '/api/v1/events']),
    );
  });

  it('answers at no other place', async () => {
    expect((await get('/api/v1/nothing')).status).toBe(404);
    expect(await (await get('/api/v1/nothing')).json()).toMatchObject({ error: { code: 'NO_ROUTE' } });
    await expect(
      createClient({ baseUrl: `${deployment.url}` }).run({ params: { id: 'x' } }),
    ).rejects.toMatchObject({
      code: 'NOT_FOUND',
      value: 'x',
    });
  });
});
