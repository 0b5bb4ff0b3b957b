import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { createServer, type Server } from 'node:net';
import type { AddressInfo } from 'node:net';
import { deploy, grid, type Deployment } from './deployment.js';

jest.setTimeout(300_000);

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
}, 300_000);
afterAll(() => deployment.close(), 60_000);

const { spec } = grid('bad');
const axes = (changes: object): object => ({ ...spec, axes: { ...spec.axes, ...changes } });

/** What a person sends, and the field, value and code that must come back. */
const cases: readonly (readonly [string, unknown, { code: string; path: string | null; value?: unknown }])[] =
  [
    ['no grid at all', undefined, { code: 'BAD_SPEC', path: null }],
    ['a wrong type', { ...spec, priority: 'high' }, { code: 'BAD_SPEC', path: 'priority', value: 'high' }],
    ['an unknown field', { ...spec, sedes: 3 }, { code: 'BAD_SPEC', path: 'sedes', value: 3 }],
    [
      'an unknown encoder',
      axes({ encoder: ['clip-a', 'clip-z'] }),
      { code: 'UNKNOWN_LEVEL', path: 'axes.encoder.1', value: 'clip-z' },
    ],
    [
      'an unknown connector',
      axes({ connector: ['mlp'] }),
      { code: 'UNKNOWN_LEVEL', path: 'axes.connector.0', value: 'mlp' },
    ],
    [
      'an unknown data recipe',
      axes({ data: ['missing'] }),
      { code: 'UNKNOWN_LEVEL', path: 'axes.data.0', value: 'missing' },
    ],
    [
      'an unknown benchmark',
      { ...spec, evaluate: ['quiz', 'exam'] },
      { code: 'UNKNOWN_LEVEL', path: 'evaluate.1', value: 'exam' },
    ],
    [
      'a zip of unequal lengths',
      {
        ...axes({ data: ['short', 'long'], connector: ['linear', 'identity', 'mlp2x_gelu'] }),
        zip: [['data', 'connector']],
      },
      { code: 'ZIP_UNEQUAL', path: 'zip.0' },
    ],
    [
      'a grid that a rule leaves empty',
      { ...spec, exclude: [{ llm: 'llama-a' }] },
      { code: 'EMPTY_GRID', path: 'exclude' },
    ],
    [
      'a path that reaches nothing',
      { ...spec, defaults: { 'stages.pretrian.epochs': 2 } },
      { code: 'PATH_REACHES_NOTHING', path: 'defaults.stages.pretrian.epochs' },
    ],
    [
      'a setting that cannot be',
      { ...spec, defaults: { 'stages.pretrain.batchSize': 0 } },
      { code: 'BAD_SETTING', path: 'defaults.stages.pretrain.batchSize', value: 0 },
    ],
    [
      'a redraw of a stage that nobody trains',
      { ...spec, seeds: { values: [1], redraws: ['tune'] } },
      { code: 'UNKNOWN_STAGE', path: 'seeds.redraws.0' },
    ],
  ];

const post = async (path: string, body: string, type = 'application/json') => {
  const response = await fetch(`${deployment.url}/api/v1/${path}`, {
    method: 'POST',
    headers: { 'content-type': type },
    body,
  });
  return { status: response.status, body: (await response.json()) as { error: Record<string, unknown> } };
};

describe('bad input', () => {
  it.each(cases)(
    '%s gets one error that names field, value, rule and fix',
    async (_what, given, expected) => {
      for (const route of ['plans', 'experiments']) {
        const { status, body } = await post(route, JSON.stringify({ spec: given }));
        expect(status).toBe(400);
        expect(Object.keys(body)).toEqual(['error']);
        expect(body.error).toMatchObject(expected);
        for (const part of ['message', 'rule', 'fix'])
          expect(body.error[part]).toEqual(expect.stringMatching(/\w/));
      }
    },
  );

  it('leaves nothing half done', async () => {
    expect(await deployment.client.experiments({ query: {} })).toEqual([]);
    expect(await deployment.client.projects({})).toEqual([]);
    expect(await deployment.database.stage.count()).toBe(0);
  });

  it.each([
    ['broken JSON', '{"spec":', 'application/json', 400],
    ['another type of body', 'spec: 1', 'text/yaml', 415],
    ['a body beyond the limit', JSON.stringify({ spec: 'x'.repeat(17 * 2 ** 20) }), 'application/json', 413],
  ])('in the form of %s gets the same shape', async (_what, body, type, expected) => {
    const { status, body: answer } = await post('plans', body, type);
    expect(status).toBe(expected);
    expect(answer.error).toMatchObject({ code: 'BAD_REQUEST', message: expect.stringMatching(/\w/) });
  });

  it.each([
    ['experiments?limit=0', 'limit'],
    ['experiments?limit=many', 'limit'],
    ['attempts', 'stage'],
  ])('in a query (%s) names the parameter', async (path, field) => {
    const response = await fetch(`${deployment.url}/api/v1/${path}`);
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ error: { code: 'BAD_QUERY', path: field } });
  });

  it.each([
    'experiments/x',
    'experiments/x/runs',
    'experiments/x/comparison',
    'runs/x',
    'runs/x/logs',
    'stages/ffff',
    'stages/%25/explain',
  ])('that names what is not there (%s) is a 404', async (path) => {
    const response = await fetch(`${deployment.url}/api/v1/${path}`);
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: { code: 'NOT_FOUND', fix: expect.stringMatching(/\w/) },
    });
  });
});

describe('a server that cannot start', () => {
  let blocker: Server | null = null;
  afterAll(() => void blocker?.close());

  it('says which port is taken, and leaves nothing open', async () => {
    blocker = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker!.once('listening', resolve));
    const { port } = blocker.address() as AddressInfo;
    await expect(
      deploy({ ABLATE_PORT: String(port), DATABASE_URL: deployment.databaseUrl }),
    ).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      path: 'ABLATE_PORT',
      value: port,
    });
  });

  it('says that the database does not answer, without its password', async () => {
    await expect(deploy({ DATABASE_URL: 'postgresql://u:secret@127.0.0.1:1/none' })).rejects.toMatchObject({
      code: 'DATABASE_UNREACHABLE',
      value: 'postgresql://u:***@127.0.0.1:1/none',
    });
  });
});
