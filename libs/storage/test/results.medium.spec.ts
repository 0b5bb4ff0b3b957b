import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Prediction } from '@ablate/catalogue';
import { migrate, openDatabase, writeResults, type Lease } from '../src/index.js';
import { experiment, key, leased, openStorage, type Storage } from './fixtures.js';

let storage: Storage;
beforeAll(async () => {
  storage = await openStorage();
}, 300_000);
afterAll(() => storage.close(), 120_000);

describe('metrics, logs and results', () => {
  let lease: Lease;
  beforeAll(async () => {
    await storage.experiments.submit(experiment('results', [['s1', 's2']]));
    lease = await leased(storage, 's1');
  });

  const nothing = { points: [], telemetry: [], lines: [] };
  const point = (name: string, step: number, value: number) => ({ name, step, value });

  it('come by stage, name and step, however they were sent', async () => {
    const points = [point('loss', 2, 0.5), point('accuracy', 1, 0.1), point('loss', 1, 0.9)];
    await storage.metrics.write(lease, key('s1'), { ...nothing, points });
    await storage.metrics.write(lease, key('s1'), { ...nothing, points: [point('loss', 10, 0.25)] });
    expect(await storage.metrics.series([key('s2'), key('s1')])).toEqual([
      { stage: key('s1'), name: 'accuracy', points: [{ step: 1, value: 0.1 }] },
      {
        stage: key('s1'),
        name: 'loss',
        points: [
          { step: 1, value: 0.9 },
          { step: 2, value: 0.5 },
          { step: 10, value: 0.25 },
        ],
      },
    ]);
    expect(await storage.metrics.series([key('s1')], 'accuracy')).toHaveLength(1);
    expect(await storage.metrics.last([key('s1')])).toEqual([
      { stage: key('s1'), name: 'accuracy', value: 0.1 },
      { stage: key('s1'), name: 'loss', value: 0.25 },
    ]);
  });

  it('are neither doubled by a batch that is sent twice nor by a point that a batch repeats', async () => {
    const points = [point('twice', 1, 1), point('twice', 2, 2), point('twice', 2, 3)];
    await storage.metrics.write(lease, key('s1'), { ...nothing, points });
    await storage.metrics.write(lease, key('s1'), { ...nothing, points });
    const [series] = await storage.metrics.series([key('s1')], 'twice');
    expect(series?.points).toEqual([
      { step: 1, value: 1 },
      { step: 2, value: 3 },
    ]);
  });

  it('keep every bit of a number', async () => {
    const values = [Number.MIN_VALUE, Number.MAX_VALUE, -0.1 - 0.2, 1 / 3, 5e-324, 2 ** 53 + 2];
    await storage.metrics.write(lease, key('s1'), {
      ...nothing,
      points: values.map((value, step) => point('bits', step, value)),
    });
    const [series] = await storage.metrics.series([key('s1')], 'bits');
    expect(series?.points.map(({ value }) => value)).toEqual(values);
  });

  it('take large batches', async () => {
    const points = Array.from({ length: 50_000 }, (_, i) => point(`many${i % 5}`, i, i));
    await storage.metrics.write(lease, key('s1'), { ...nothing, points });
    const series = await storage.metrics.series([key('s1')], 'many3');
    expect(series[0]?.points).toHaveLength(10_000);
  });

  it('take any text that a trainer prints: zero bytes and halves of characters become marks', async () => {
    const texts = ['plain', 'a\u0000b', 'half \ud83d.', 'whole 🐶', ''];
    await storage.metrics.write(lease, key('s1'), {
      points: [],
      telemetry: [{ step: 1, values: { seconds: 0.5 } }],
      lines: texts.map((text, sequence) => ({ sequence, stream: 'stdout', text })),
    });
    const logged = await storage.metrics.logs([key('s1')], 100);
    expect(logged.map(({ text }) => text)).toEqual(['plain', 'a\ufffdb', 'half \ufffd.', 'whole 🐶', '']);
    expect(logged.map(({ attempt }) => attempt.stageKey)).toEqual(texts.map(() => key('s1')));
  });

  it('take any error and any answer', async () => {
    const answer: Prediction = {
      questionId: 'q1',
      control: 'none',
      question: 'What?',
      image: 'a.png',
      answer: 'a\u0000\ud83d',
      target: 'dog',
      score: 0.5,
      category: 'animal',
    };
    const blind: Prediction = { ...answer, control: 'blind', score: 0 };
    await storage.attempts.finish(lease, { state: 'done', seconds: 3, bitExact: true }, (tx) =>
      writeResults(
        tx,
        key('s1'),
        [{ name: 'model.safetensors', sha256: 'c'.repeat(64), bytes: 3e9 }],
        [answer, blind],
      ),
    );
    expect(await storage.results.artifacts([key('s1')])).toEqual([
      { stageKey: key('s1'), name: 'model.safetensors', sha256: 'c'.repeat(64), bytes: 3_000_000_000 },
    ]);
    expect(
      await storage.results.gains([
        { group: 'cell', stageKey: key('s1') },
        { group: 'empty', stageKey: key('s2') },
      ]),
    ).toEqual([{ group: 'cell', differences: [0.5] }]);

    const child = await leased(storage, 's2');
    const error = {
      code: 'BOOM',
      message: 'a\u0000\ud83d',
      path: null,
      value: { deep: '\u0000' },
      rule: null,
      fix: null,
    };
    await storage.attempts.finish(child, { state: 'failed', error, final: true });
    expect((await storage.stages.find([key('s2')]))[0]).toMatchObject({
      error: { message: 'a\ufffd\ufffd', value: { deep: '\ufffd' } },
    });
  });
});

describe('workers', () => {
  const worker = (id: string, numericsClass: string, pool: string) => ({
    id,
    name: id,
    pool,
    numericsClass,
    device: 'cpu',
    slots: 2,
  });

  it('settle a pool’s numerics class with the first of them; another class is refused with the reason', async () => {
    expect((await storage.workers.pools()).get('settling')).toBeUndefined();
    const classes = ['onnx-cpu', 'tfjs-wasm', 'onnx-cpu', 'tfjs-wasm'];
    const tried = await Promise.allSettled(
      classes.map((numericsClass, i) => storage.workers.register(worker(`r${i}`, numericsClass, 'settling'))),
    );
    const settled = (await storage.workers.pools()).get('settling');
    expect(tried.map(({ status }) => status)).toEqual(
      classes.map((numericsClass) => (numericsClass === settled ? 'fulfilled' : 'rejected')),
    );
    await expect(storage.workers.register(worker('late', 'tfjs-webgpu', 'settling'))).rejects.toMatchObject({
      code: 'OTHER_NUMERICS',
      path: 'ABLATE_BACKEND',
      value: 'tfjs-webgpu',
    });
    await storage.workers.register(worker('elsewhere', 'tfjs-webgpu', 'gpus'));
    expect((await storage.workers.pools()).get('gpus')).toBe('tfjs-webgpu');
  });

  it('are gone when they say so or were silent', async () => {
    await storage.workers.register(worker('bye', 'onnx-cpu', 'leaving'));
    await storage.workers.register(worker('silent', 'onnx-cpu', 'leaving'));
    await storage.workers.register(worker('here', 'onnx-cpu', 'leaving'));
    await storage.workers.seen('bye', 'gone');
    await storage.database
      .$executeRaw`UPDATE workers SET seen_at = now() - interval '1 minute' WHERE id = 'silent'`;
    await storage.workers.forget(30_000);
    const there = (await storage.workers.list()).filter(({ pool }) => pool === 'leaving');
    expect(there.map(({ id }) => id)).toEqual(['here']);
  });
});

describe('migrations', () => {
  it('are applied once, also when several processes start together', async () => {
    expect((await Promise.all([migrate(storage.url), migrate(storage.url)])).flat()).toEqual([]);
    await storage.database.$executeRawUnsafe('DROP SCHEMA public CASCADE');
    await storage.database.$executeRawUnsafe('CREATE SCHEMA public');
    const applied = await Promise.all([migrate(storage.url), migrate(storage.url), migrate(storage.url)]);
    const all = readdirSync(new URL('../../../prisma/migrations', import.meta.url))
      .filter((name) => !name.includes('.'))
      .sort();
    expect(applied.flat()).toEqual(all);
    const rows = await storage.database
      .$queryRaw`SELECT migration_name, applied_steps_count FROM _prisma_migrations ORDER BY migration_name`;
    expect(rows).toEqual(all.map((name) => ({ migration_name: name, applied_steps_count: 1 })));
  });

  it('refuse a database of a newer build, and one whose migrations were other files', async () => {
    await storage.database.$executeRaw`UPDATE _prisma_migrations SET checksum = 'x'`;
    await expect(migrate(storage.url)).rejects.toMatchObject({ code: 'MIGRATION_CHANGED' });
    await storage.database
      .$executeRaw`UPDATE _prisma_migrations SET migration_name = '99990101000000_future'`;
    await expect(migrate(storage.url)).rejects.toMatchObject({
      code: 'DATABASE_NEWER',
      value: '99990101000000_future',
    });
  });

  it('say where a server that does not answer was looked for, without its password', async () => {
    const opened = openDatabase('postgresql://me:secret@127.0.0.1:9/nothing');
    await expect(opened).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      value: 'postgresql://me:***@127.0.0.1:9/nothing',
    });
  });
});
