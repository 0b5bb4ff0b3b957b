import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Fleet, isAlive, undisturbed, until } from './fleet.js';

jest.setTimeout(300_000);

let fleet: Fleet;
beforeAll(async () => {
  fleet = await Fleet.start();
}, 300_000);
afterAll(() => fleet.stop(), 120_000);

const statesOf = async (key: string): Promise<string[]> =>
  (await fleet.attempts.ofStage(key)).map(({ state }) => state);

describe('a worker', () => {
  beforeAll(() => fleet.worker({ ABLATE_MAX_FAILURES: '2' }), 60_000);

  it('registers with its pool, numerics class, slots and processor', async () => {
    expect(await fleet.registry.list()).toMatchObject([
      { pool: 'default', numericsClass: 'onnx-cpu', slots: 2, state: 'online' },
    ]);
  });

  it('runs a stage to its end and keeps all that it said', async () => {
    const answer = { question: 'What?', image: 'a.png', answer: 'a\u0000b', target: 'b', category: 'c' };
    const [key] = await fleet.submit({
      predictions: [
        { ...answer, questionId: 'q1', control: 'none', score: 1 },
        { ...answer, questionId: 'q1', control: 'blind', score: 0 },
      ],
      acts: [
        { at: 2, do: 'print', text: 'hello\n{"v":9,"type":"progress"}\nzero\u0000byte\n' },
        { at: 4, do: 'complain', text: 'careful\n' },
      ],
    });
    const attempt = await fleet.offer(key!);
    const stage = await fleet.reached(key!, 'done', 'failed');

    expect(stage).toMatchObject({ state: 'done', error: null, bitExact: true, failures: 0 });
    expect(stage.seconds).toBeGreaterThan(0);
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
    expect(await fleet.results.gains([{ group: 'all', stageKey: key! }])).toEqual([
      { group: 'all', differences: [1] },
    ]);
    const logs = await fleet.logs(key!);
    expect(logs.filter((line) => line.startsWith('stdout'))).toEqual([
      'stdout: started',
      'stdout: hello',
      'stdout: {"v":9,"type":"progress"}',
      'stdout: zero\ufffdbyte',
    ]);
    expect(logs).toContain('stderr: careful');
    expect(await fleet.database.telemetry.count({ where: { attemptId: attempt.id } })).toBe(10);
    expect(await readdir(join(fleet.dir, 'artifacts', 'attempts'))).not.toContain(attempt.id);
  });

  it('gives a crashed trainer another try, which goes on from the checkpoint', async () => {
    const [key] = await fleet.submit({ acts: [{ at: 8, do: 'crash', attempt: 1 }] });
    await fleet.offer(key!);
    const waiting = await fleet.reached(key!, 'waiting');
    expect(waiting).toMatchObject({
      failures: 1,
      error: { code: 'TRAINER_ENDED', value: 'SIGSEGV' },
    });
    await fleet.offer(key!);
    expect(await fleet.reached(key!, 'done', 'failed')).toMatchObject({ state: 'done', error: null });
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
    expect(await fleet.logs(key!)).toContain('stdout: resumed at 6');
    expect(await statesOf(key!)).toEqual(['failed', 'done']);
  });

  it('lets a stage fail for good after so many tries, or at once when the trainer names the cause', async () => {
    const error = {
      code: 'IMAGE_MISSING',
      message: 'a.png is missing.',
      path: 'a.png',
      value: null,
      rule: null,
      fix: null,
    };
    const [crashes, named] = await fleet.submit(
      { acts: [{ at: 1, do: 'exit', code: 9 }] },
      { acts: [{ at: 1, do: 'error', error }] },
    );
    await fleet.offer(named!);
    expect(await fleet.reached(named!, 'failed', 'waiting')).toMatchObject({ state: 'failed', error });
    await fleet.offer(crashes!);
    await fleet.reached(crashes!, 'waiting');
    await fleet.offer(crashes!);
    expect(await fleet.reached(crashes!, 'failed')).toMatchObject({
      failures: 2,
      error: { code: 'TRAINER_ENDED', value: 9 },
    });
  });

  it('takes no result that is not what the trainer said it is, nor one of a trainer that failed after it', async () => {
    const [lies, fails] = await fleet.submit({ lie: true }, { exit: 3 });
    await fleet.offer(lies!);
    await fleet.offer(fails!);
    expect(await fleet.reached(lies!, 'failed', 'done')).toMatchObject({
      state: 'failed',
      error: { code: 'ARTIFACT_CORRUPT' },
    });
    expect(await fleet.reached(fails!, 'waiting', 'done')).toMatchObject({
      state: 'waiting',
      error: { code: 'TRAINER_ENDED', value: 3 },
    });
    expect(await fleet.results.artifacts([lies!, fails!])).toEqual([]);
  });

  it('leaves nothing running that its trainer started', async () => {
    const [key] = await fleet.submit({ acts: [{ at: 3, do: 'breed' }] });
    await fleet.offer(key!);
    const bred = Number(await fleet.left(key!, 'bred'));
    await fleet.reached(key!, 'done');
    await until(async () => !(await isAlive(bred)));
  });

  it('stops on request: a checkpoint first, then cancelled', async () => {
    const [key] = await fleet.submit({ acts: [{ at: 4, do: 'wait', name: 'never' }] });
    const attempt = await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    const { runs } = {
      runs: await fleet.database.run.findMany({ where: { stages: { some: { stageKey: key! } } } }),
    };
    await fleet.database.experiment.update({
      where: { id: runs[0]!.experimentId },
      data: { state: 'cancelled' },
    });
    await fleet.stages.cancelUnwanted([key!]);
    await fleet.reached(key!, 'cancelled');
    expect(await fleet.left(key!, 'term')).toBe('');
    expect(await statesOf(key!)).toEqual(['cancelled']);
    expect(
      await fleet.database.checkpoint.findMany({
        where: { attemptId: attempt.id },
        orderBy: { step: 'asc' },
      }),
    ).toMatchObject([{ step: 3 }, { step: 4 }]);
  });

  it('drops a trainer whose attempt was given away, and its late writes change nothing', async () => {
    const [key] = await fleet.submit({ acts: [{ at: 4, do: 'wait', name: 'never', attempt: 1 }] });
    const attempt = await fleet.offer(key!);
    await fleet.left(key!, 'waits');
    const pid = Number(await fleet.left(key!, 'pid'));
    // As if the lease had run out while this worker was cut off; a renewal may come between.
    await until(async () => {
      await fleet.database
        .$executeRaw`UPDATE attempts SET lease_expires_at = now() - interval '1 hour' WHERE id = ${attempt.id}`;
      return (await fleet.attempts.expire(0)).length > 0;
    });
    await fleet.offer(key!);
    await fleet.reached(key!, 'done');
    await until(async () => !(await isAlive(pid)));
    expect(await statesOf(key!)).toEqual(['lost', 'done']);
    expect(await fleet.stage(key!)).toMatchObject({ failures: 0 });
    expect(await fleet.losses(key!)).toEqual(undisturbed(10).losses);
    expect(await fleet.model(key!)).toBe(undisturbed(10).model);
  });

  it('refuses folders whose content is not what the stage was planned with', async () => {
    const [key] = await fleet.submit({});
    const { config } = await fleet.stage(key!);
    const benchmark = { id: 'quiz', digest: 'f'.repeat(64) };
    await fleet.database.stage.update({
      where: { key: key! },
      data: { config: { ...(config as object), benchmark } },
    });
    await fleet.offer(key!);
    expect(await fleet.reached(key!, 'failed', 'done')).toMatchObject({
      state: 'failed',
      error: { code: 'OTHER_CONTENT', path: 'quiz' },
    });
  });

  it('runs as many stages at once as it has slots', async () => {
    const acts = [{ at: 1, do: 'wait', name: 'both' }];
    const [first, second, third] = await fleet.submit({ acts }, { acts }, {});
    await fleet.offer(first!);
    await fleet.offer(second!);
    await Promise.all([fleet.left(first!, 'waits'), fleet.left(second!, 'waits')]);
    await fleet.offer(third!);
    expect((await fleet.stage(third!)).state).toBe('queued');
    await fleet.allow('both');
    for (const key of [first, second, third]) await fleet.reached(key!, 'done');
  });
});
