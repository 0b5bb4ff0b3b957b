import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { openQueue } from '@ablate/queue';
import type { QuestionLease } from '@ablate/storage';
import { deploy, grid, type Deployment } from './deployment.js';
import { done, startWorker, type ScriptedWorker } from './scripted-worker.js';
import { ended, until } from './wait.js';

jest.setTimeout(300_000);

/** A PNG as far as the control plane looks. */
const png = (width: number, height: number, more = 0): Buffer => {
  const bytes = Buffer.alloc(33 + more);
  bytes.write('\x89PNG\r\n\x1a\n', 0, 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const image = png(8, 8).toString('base64');

let deployment: Deployment;
let worker: ScriptedWorker | null = null;
let run: string;
const params = (id: string) => ({ params: { id } });
const one = {
  axes: { encoder: ['clip-a'], connector: ['linear'], llm: ['llama-a'], data: ['short'], strategy: ['base'] },
  seeds: 1,
};
beforeAll(async () => {
  deployment = await deploy();
  const first = await startWorker(deployment, () => done);
  const { id } = await deployment.client.submit({ body: grid('finished', one) });
  await ended(deployment, id);
  await first.stop();
  run = `${id}-1`;
}, 300_000);
afterEach(async () => {
  await worker?.stop();
  worker = null;
});
afterAll(() => deployment.close(), 60_000);

const ask = (question: string, id = run) =>
  deployment.client.ask({ ...params(id), body: { question, image } });
const answered = (id: string) =>
  until(
    () => deployment.client.question(params(id)),
    ({ state }) => state === 'done' || state === 'failed',
  );

describe('the playground', () => {
  it('takes a question with its picture, and a worker answers', async () => {
    const asked = await ask('  What colour? ');
    expect(asked).toMatchObject({
      run,
      question: 'What colour?',
      state: 'waiting',
      answer: null,
      maxNewTokens: 64,
      image: { type: 'image/png', bytes: 33 },
      because: 'No worker serves pool "default": start one with `npx ablate worker`.',
    });
    const leases: QuestionLease[] = [];
    worker = await startWorker(deployment, () => done, {
      answer: (lease) => {
        leases.push(lease);
        return { state: 'done', answer: 'red' };
      },
    });
    expect(await answered(asked.id)).toMatchObject({
      state: 'done',
      answer: 'red',
      because: null,
      attempts: 1,
    });
    expect(leases.map(({ question }) => question.question)).toEqual(['What colour?']);
    const listed = await deployment.client.questionsOfRun(params(run));
    expect(listed.map(({ id, answer }) => [id, answer])).toEqual([[asked.id, 'red']]);
    const response = await fetch(`${deployment.url}/api/v1/playground/${asked.id}/image`);
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'image/png']);
    expect(response.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(Buffer.from(await response.arrayBuffer())).toEqual(png(8, 8));
  });

  it('brings the job again when the queue lost it, and a lost lease costs another try', async () => {
    const asked = await ask('lost?');
    const queue = await openQueue({ redisUrl: null, databaseUrl: deployment.databaseUrl, pool: 'default' });
    await queue.remove(`${asked.id}-1`);
    await queue.close();
    let times = 0;
    worker = await startWorker(deployment, () => done, {
      answer: () => ((times += 1) === 1 ? 'vanish' : { state: 'done', answer: 'found' }),
    });
    await until(
      async () => times,
      (count) => count === 1,
    );
    await deployment.database
      .$executeRaw`UPDATE playground_questions SET lease_expires_at = now() - interval '1 second' WHERE id = ${asked.id}`;
    expect(await answered(asked.id)).toMatchObject({ state: 'done', answer: 'found', attempts: 2 });
  });

  it('refuses what is no question about a picture, with the field and what to do', async () => {
    const { client } = deployment;
    const bodies: [object, object][] = [
      [
        { question: ' ', image },
        { code: 'BAD_REQUEST', path: 'question' },
      ],
      [
        { question: 'x'.repeat(2001), image },
        { code: 'BAD_REQUEST', path: 'question' },
      ],
      [
        { question: 'q', image, maxNewTokens: 1000 },
        { code: 'BAD_REQUEST', path: 'maxNewTokens' },
      ],
      [{ question: 'q' }, { code: 'BAD_REQUEST', path: 'image' }],
      [
        { question: 'q', image: 'R0lGODlhAQABAAAAACw=' },
        { code: 'IMAGE_TYPE', path: 'image' },
      ],
      [{ question: 'q', image: png(9000, 9000).toString('base64') }, { code: 'IMAGE_TOO_LARGE' }],
      [{ question: 'q', image: png(8, 8, 4 * 2 ** 20).toString('base64') }, { code: 'IMAGE_TOO_LARGE' }],
    ];
    for (const [body, error] of bodies)
      await expect(
        client.ask({ ...params(run), body: body as { question: string; image: string } }),
      ).rejects.toMatchObject({ ...error, fix: expect.stringMatching(/./) });
    await expect(ask('q', 'nowhere-1')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(client.question(params('q-none'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const post = (body: string) =>
      fetch(`${deployment.url}/api/v1/runs/${run}/playground`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
    const large = await post(JSON.stringify({ question: 'q', image: png(8, 8, 5e6).toString('base64') }));
    expect(large.status).toBe(413);
    const larger = await post(JSON.stringify({ question: 'q', image: 'A'.repeat(17 * 2 ** 20) }));
    expect([larger.status, await larger.json()]).toMatchObject([413, { error: { code: 'BAD_REQUEST' } }]);
  });

  it('asks only runs that are trained', async () => {
    const { id } = await deployment.client.submit({
      body: grid('open', { ...one, defaults: { 'stages.pretrain.learningRate': 5e-3 } }),
    });
    await deployment.client.pause(params(id));
    await expect(ask('q', `${id}-1`)).rejects.toMatchObject({ code: 'NOT_TRAINED', value: 'waiting' });
    const imported = await deployment.client.import({
      body: { file: 'a.csv', text: 'encoder,quiz\na,1\nb,2\n', map: { quiz: 'score' } },
    });
    await expect(ask('q', `${imported.id}-1`)).rejects.toMatchObject({ code: 'NOTHING_TRAINED' });
  });

  it('holds at most 20 that wait', async () => {
    const asked = [];
    for (let i = 0; i < 20; i += 1) asked.push(await ask(`number ${i}`));
    await expect(ask('one more')).rejects.toMatchObject({ code: 'TOO_MANY_WAITING', value: 20 });
    const response = await fetch(`${deployment.url}/api/v1/runs/${run}/playground`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ question: 'q', image }),
    });
    expect(response.status).toBe(429);
    worker = await startWorker(deployment, () => done, { answer: () => ({ state: 'done', answer: 'ok' }) });
    for (const { id } of asked) expect((await answered(id)).state).toBe('done');
  });
});
