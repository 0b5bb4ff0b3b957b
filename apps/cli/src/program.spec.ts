import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExperimentView } from '@ablate/contracts';
import { runCommand } from './program.js';

const run = async (...argv: string[]) => {
  let out = '';
  let err = '';
  const code = await runCommand(argv, { write: (text) => (out += text) }, { write: (text) => (err += text) });
  return { code, out, err };
};
const errorOf = (out: string): unknown => (JSON.parse(out) as { error: unknown }).error;

const experiment: ExperimentView = {
  id: 'grid-1',
  kind: 'grid',
  project: 'demo',
  name: 'grid',
  state: 'running',
  priority: 50,
  tags: ['paper'],
  cells: 1,
  runs: { total: 1, done: 0, failed: 0 },
  stages: { total: 1, done: 0, running: 0, failed: 0, reused: 0 },
  savedTrainings: 0,
  spentSeconds: 0,
  savedSeconds: 0,
  progress: 0,
  etaSeconds: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  error: null,
};

describe('the command line', () => {
  let folder: string;
  let server: Server;
  let url: string;
  const asked: (string | undefined)[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ablate-cli-'));
    // Answers as the API does: a list, one error in its shape, and one answer of another server.
    server = createServer((request, response) => {
      asked.push(request.url);
      const [status, body] =
        request.url?.startsWith('/api/v1/experiments?') || request.url === '/api/v1/experiments'
          ? [200, [experiment]]
          : request.url === '/api/v1/experiments/none'
            ? [
                404,
                {
                  error: {
                    code: 'NOT_FOUND',
                    message: 'There is no experiment "none".',
                    path: 'id',
                    value: 'none',
                    rule: 'An id.',
                    fix: 'List them.',
                  },
                },
              ]
            : [502, 'bad gateway'];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterAll(async () => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('answers as text or JSON, options before or after the verb', async () => {
    expect(await run('status', '--url', url)).toMatchObject({
      code: 0,
      err: '',
      out: expect.stringMatching(/^experiment .*\n─.*\ngrid-1 +demo +running/),
    });
    const { code, out } = await run('--json', '--url', url, 'status');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual([experiment]);
    expect((await run('status', '--tag', 'paper', '--tag', 'x', '--url', url)).out).toMatch(/paper\n$/);
    expect(asked.at(-1)).toBe('/api/v1/experiments?tag=paper%2Cx');
  });

  it.each([
    ['an unknown verb', ['stauts'], 2, 'BAD_COMMAND'],
    ['an unknown option', ['plan', 'x.yaml', '--fast'], 2, 'BAD_COMMAND'],
    ['a missing argument', ['plan'], 2, 'BAD_COMMAND'],
    ['too many arguments', ['plan', 'a', 'b'], 2, 'BAD_COMMAND'],
    ['a wrong choice', ['export', 'x', '--format', 'word'], 2, 'BAD_COMMAND'],
    ['a wrong number', ['logs', 'x', '--limit', 'many'], 2, 'BAD_COMMAND'],
    ['a verb of a later build', ['token', 'x', '--metric', 'm'], 2, 'NOT_IN_THIS_BUILD'],
    ['a prediction without a question', ['predict', 'x', '--image', 'a.png'], 2, 'BAD_COMMAND'],
    [
      'a picture that is not there',
      ['predict', 'x', '--image', '/nowhere.png', '--question', 'q'],
      2,
      'FILE_NOT_READABLE',
    ],
    ['a wrong port', ['status', '--port', '99999'], 2, 'BAD_SETTINGS'],
    ['a wrong address', ['status', '--url', 'nowhere'], 2, 'BAD_SETTINGS'],
    ['a missing file', ['plan', '/nowhere/grid.yaml'], 2, 'FILE_NOT_READABLE'],
    ['a server that is not there', ['status', '--url', 'http://127.0.0.1:1'], 3, 'UNREACHABLE'],
  ])('%s', async (_, argv, code, name) => {
    const found = await run(...argv, '--json');
    expect(found.code).toBe(code);
    const error = errorOf(found.out) as { message: string };
    expect(error).toMatchObject({
      code: name,
      rule: expect.stringMatching(/./),
      fix: expect.stringMatching(/./),
    });
    expect(Object.keys(error).sort()).toEqual(['code', 'fix', 'message', 'path', 'rule', 'value']);
    expect(found.err).toBe(`${error.message}\n`);
  });

  it('hands on what the server refuses, and knows a server that is another', async () => {
    const refused = await run('status', 'none', '--url', url, '--json');
    expect(refused.code).toBe(2);
    expect(errorOf(refused.out)).toMatchObject({ code: 'NOT_FOUND', value: 'none' });
    const other = await run('runs', 'grid-1', '--url', url, '--json');
    expect(other.code).toBe(3);
    expect(errorOf(other.out)).toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('names rule and fix for a person', async () => {
    const { code, out, err } = await run('status', 'none', '--url', url);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toBe('There is no experiment "none".\n  rule: An id.\n  fix:  List them.\n');
  });

  it.each([
    ['axes: [', 'NOT_YAML', /line 1/],
    ['version: 1\nversion: 2', 'NOT_YAML', /line 2/],
    ['just words', 'BAD_SPEC', /./],
    ['version: 1\nproject: p\nname: n\naxes: { encoder: clip-tiny }', 'BAD_SPEC', /axes\.encoder/],
    ['version: 1\nproject: p\nname: n\naxes: { encoder: [a] }\nseed: 3', 'BAD_SPEC', /seed/],
  ])('refuses the grid %j before it asks anyone', async (text, name, message) => {
    const file = join(folder, 'grid.yaml');
    await writeFile(file, text);
    const { code, out } = await run('plan', file, '--json', '--url', 'http://127.0.0.1:1');
    expect(code).toBe(2);
    expect(errorOf(out)).toMatchObject({ code: name, message: expect.stringMatching(message) });
  });

  it('checks a dataset without a server: every bad record, exit 1; none, exit 0', async () => {
    const file = join(folder, 'data.json');
    const turns = [
      { from: 'human', value: '<image>\nWhat?' },
      { from: 'gpt', value: 'A dog.' },
    ];
    const records = [
      { id: 'gone', image: 'gone.png', conversations: turns },
      { id: 'odd', conversations: [{ from: 'human', value: 'q' }, ...turns] },
      { id: 'good', conversations: [{ from: 'human', value: 'q' }, turns[1]] },
    ];
    await writeFile(file, JSON.stringify(records));
    const bad = await run('data', 'check', file, '--json', '--manifest', join(folder, 'manifest.json'));
    expect(bad.code).toBe(1);
    expect(JSON.parse(bad.out)).toMatchObject({
      records: 3,
      bad: 2,
      findings: [
        { id: 'gone', code: 'MISSING_IMAGE' },
        { id: 'odd', code: 'ODD_TURNS' },
      ],
    });
    expect((await run('data', 'check', file)).out).toContain('2 errors in 2 records');
    await writeFile(file, JSON.stringify(records.slice(2)));
    expect(await run('data', 'check', file)).toMatchObject({ code: 0, err: '' });
    const nothing = await run('data', 'check', join(folder, 'nowhere'), '--json');
    expect([nothing.code, errorOf(nothing.out)]).toMatchObject([2, { code: 'NO_RECORDS' }]);
  });

  it.each([['--help'], ['plan --help'], ['data check --help'], ['up --help'], ['export --help']])(
    '%s is an answer with an example',
    async (line) => {
      const { code, out, err } = await run(...line.split(' '));
      expect({ code, err }).toEqual({ code: 0, err: '' });
      expect(out).toMatch(/Examples?:\n {2}\$ ablate /);
      expect(out).toContain('--json');
    },
  );

  it('shows help when no verb is given, as bad input', async () => {
    expect(await run()).toMatchObject({ code: 2, out: expect.stringContaining('Usage: ablate') });
  });
});
