import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createLogger } from '@ablate/runtime';
import {
  ArtifactStore,
  AttemptRepository,
  ExperimentRepository,
  migrate,
  openDatabase,
  PlaygroundRepository,
  type Database,
  type QuestionLease,
} from '@ablate/storage';
import { startTestDatabase, type TestDatabase } from '@ablate/storage/testing';
import { QuestionRunner } from '../src/answer/question-runner.js';
import { isAlive, until } from './fleet.js';

jest.setTimeout(300_000);

const ANSWERER = fileURLToPath(new URL('./scripted-answerer.mjs', import.meta.url));

let server: TestDatabase;
let database: Database;
let playground: PlaygroundRepository;
let artifacts: ArtifactStore;
let dir: string;
beforeAll(async () => {
  server = await startTestDatabase(process.env['DATABASE_URL']);
  await migrate(server.url);
  database = await openDatabase(server.url);
  playground = new PlaygroundRepository(database);
  dir = await mkdtemp(join(tmpdir(), 'ablate-questions-'));
  artifacts = new ArtifactStore(join(dir, 'artifacts'));
  await new ExperimentRepository(database).submit({
    id: 'grid',
    project: 'tests',
    name: 'grid',
    spec: {},
    priority: 50,
    maxParallel: null,
    baselineCell: null,
    notes: [],
    cells: [{ id: 'cell', label: 'cell', levels: {} }],
    runs: [{ id: 'grid-1', cell: 'cell', seed: 1, stages: [] }],
    stages: [],
    savedTrainings: 0,
  });
}, 300_000);
afterAll(async () => {
  await database.$disconnect();
  await server.stop();
  await rm(dir, { recursive: true, force: true });
}, 60_000);

const ask = async (question: string): Promise<string> => {
  const picture = { imageSha256: 'a'.repeat(64), imageType: 'image/png', imageBytes: 1 };
  const asked = { runId: 'grid-1', pool: 'default', question, maxNewTokens: 8, ...picture };
  return (await playground.ask(asked, 1000)).id;
};
const lease = async (id: string, attempt = 1, leaseMs = 60_000): Promise<QuestionLease> =>
  (await playground.lease(id, attempt, 'w1', 'onnx avx2', leaseMs))!;
const pidFile = (id: string): string => join(dir, `${id}.pid`);
const pidOf = async (id: string): Promise<number> => {
  await until(() => readFile(pidFile(id), 'utf8').then(Boolean, () => false));
  return Number(await readFile(pidFile(id), 'utf8'));
};
const runnerOf = (
  held: QuestionLease,
  timing: { leaseMs?: number; renewMs?: number; hangMs?: number } = {},
) => {
  const runner = new QuestionRunner(held, {
    playground,
    artifacts,
    logger: createLogger('test', 'silent'),
    command: [process.execPath, ANSWERER],
    env: { PATH: process.env['PATH'] },
    timing: { leaseMs: 60_000, renewMs: 100, hangMs: 60_000, ...timing },
  });
  const { id, question } = held.question;
  const run = runner.run(async (outputDir) => {
    const file = join(outputDir, 'job.json');
    await writeFile(file, JSON.stringify({ question, outputDir, pidFile: pidFile(id) }));
    return file;
  });
  return { runner, run };
};
const row = async (id: string) => (await playground.find(id))!;

describe('a question', () => {
  it('is answered by a child process, whose folder is gone afterwards', async () => {
    const id = await ask('say a red\u0000 cat');
    await runnerOf(await lease(id)).run;
    expect(await row(id)).toMatchObject({
      state: 'done',
      answer: 'a red\ufffd cat',
      error: null,
      attempt: 1,
    });
    expect(await readdir(join(dir, 'artifacts', 'attempts'))).toEqual([]);
  });

  it('fails with the error that the child names, or with how it ended', async () => {
    const [named, ended] = [await ask('fail'), await ask('die')];
    await runnerOf(await lease(named)).run;
    await runnerOf(await lease(ended)).run;
    expect(await row(named)).toMatchObject({
      state: 'failed',
      answer: null,
      error: { code: 'BAD_IMAGE', fix: 'Send one.' },
    });
    expect(await row(ended)).toMatchObject({
      state: 'failed',
      error: {
        code: 'ANSWERER_ENDED',
        value: 'out of paper',
        message: 'The process that answers ended with 3.',
      },
    });
  });

  it('is given up when no answer comes in time', async () => {
    const id = await ask('wait');
    await runnerOf(await lease(id), { hangMs: 1500 }).run;
    expect(await row(id)).toMatchObject({ state: 'failed', error: { code: 'ANSWERER_HUNG' } });
  });

  it('is given back when the worker stops, and the old job starts nothing', async () => {
    const id = await ask('wait');
    const { runner, run } = runnerOf(await lease(id));
    const pid = await pidOf(id);
    runner.stop();
    await run;
    expect(await isAlive(pid)).toBe(false);
    expect(await row(id)).toMatchObject({ state: 'waiting', attempt: 2, token: null });
    expect(await playground.lease(id, 1, 'w2', 'onnx avx2', 1000)).toBeNull();
    expect(await playground.lease(id, 2, 'w2', 'onnx avx2', 60_000)).not.toBeNull();
  });

  it('that was given away is answered by the new holder only', async () => {
    const id = await ask('wait');
    const held = await lease(id);
    const { run } = runnerOf(held);
    const pid = await pidOf(id);
    const before = await new AttemptRepository(database).staleWrites();
    await database.$executeRaw`UPDATE playground_questions SET lease_expires_at = now() - interval '5 seconds' WHERE id = ${id}`;
    // Whether the runner renewed in between or not: once it is lost, its child ends and it writes nothing.
    await until(async () => {
      await database.$executeRaw`UPDATE playground_questions SET lease_expires_at = now() - interval '5 seconds' WHERE id = ${id} AND state = 'running'`;
      return (await playground.expire(1000, 3)).includes(id);
    });
    await run;
    expect(await isAlive(pid)).toBe(false);
    expect(await row(id)).toMatchObject({ state: 'waiting', attempt: 2, answer: null });
    expect(await playground.finish(held, { state: 'done', answer: 'late' })).toBe(false);
    expect(await new AttemptRepository(database).staleWrites()).toBe(before + 1);
    const next = await lease(id, 2);
    expect(await playground.finish(next, { state: 'done', answer: 'right' })).toBe(true);
    expect(await row(id)).toMatchObject({ state: 'done', answer: 'right' });
  });

  it('is given up after three lost workers, and says so', async () => {
    const id = await ask('wait');
    for (const attempt of [1, 2, 3]) {
      expect((await row(id)).attempt).toBe(attempt);
      await lease(id, attempt, -5000);
      expect(await playground.expire(1000, 3)).toEqual([id]);
    }
    expect(await row(id)).toMatchObject({ state: 'failed', error: { code: 'ANSWER_LOST' } });
    expect(await playground.expire(1000, 3)).toEqual([]);
  });

  it('is not taken beyond the limit, however many ask at once', async () => {
    await database.playgroundQuestion.deleteMany();
    const picture = { imageSha256: 'a'.repeat(64), imageType: 'image/png', imageBytes: 1 };
    const one = { runId: 'grid-1', pool: 'default', question: 'say x', maxNewTokens: 8, ...picture };
    const asked = await Promise.allSettled(Array.from({ length: 8 }, () => playground.ask(one, 3)));
    expect(asked.filter(({ status }) => status === 'fulfilled')).toHaveLength(3);
    for (const outcome of asked)
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'TOO_MANY_WAITING' });
  });
});
