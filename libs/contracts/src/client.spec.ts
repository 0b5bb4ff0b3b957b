import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient } from './client.js';
import type { ServerEvent } from './views.js';

let server: Server | null = null;
afterEach(async () => {
  server?.closeAllConnections();
  await new Promise((resolve) => (server ? server.close(resolve) : resolve(null)));
  server = null;
});

const serve = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  server = createServer(answer).listen(0, '127.0.0.1');
  await new Promise((resolve) => server!.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const experiment = (state: string, progress: number) => ({
  id: 'e-1',
  kind: 'grid',
  project: 'p',
  name: 'e',
  state,
  priority: 50,
  tags: [],
  cells: 1,
  runs: { total: 1, done: 0, failed: 0 },
  stages: { total: 1, done: 0, running: 1, failed: 0, reused: 0 },
  savedTrainings: 0,
  spentSeconds: 0,
  savedSeconds: 0,
  progress,
  etaSeconds: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  finishedAt: null,
  error: null,
  spec: {},
  stageList: [],
});

describe('the client', () => {
  it('fills path and query, and checks what comes back', async () => {
    const asked: string[] = [];
    const baseUrl = await serve((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      json(response, [{ attempt: 'a', stage: 's', sequence: 0, stream: 'log', text: 'hello' }]);
    });
    const lines = await createClient({ baseUrl }).logs({ params: { id: 'e/1 ?' }, query: { limit: 5 } });
    expect(asked).toEqual(['GET /api/v1/runs/e%2F1%20%3F/logs?limit=5']);
    expect(lines[0]!.text).toBe('hello');
  });

  it('posts a body', async () => {
    const bodies: string[] = [];
    const baseUrl = await serve((request, response) => {
      let text = '';
      request.on('data', (chunk: Buffer) => (text += chunk.toString()));
      request.on('end', () => {
        bodies.push(text);
        json(response, experiment('running', 0), 201);
      });
    });
    const spec = { version: 1, project: 'p', name: 'n', axes: { encoder: ['x'] } } as const;
    const { id } = await createClient({ baseUrl }).submit({
      body: { spec: { ...spec, axes: { encoder: ['x'] } } },
    });
    expect(id).toBe('e-1');
    expect(JSON.parse(bodies[0]!)).toEqual({ spec });
  });

  it("throws the server's error as it was", async () => {
    const error = { code: 'BAD_SPEC', message: 'm', path: 'axes', value: 7, rule: 'r', fix: 'f' };
    const baseUrl = await serve((_request, response) => json(response, { error }, 400));
    await expect(createClient({ baseUrl }).projects({})).rejects.toMatchObject(error);
  });

  it('says that no server answers, or that it is no Ablate server', async () => {
    const elsewhere = await serve((_request, response) => void response.writeHead(502).end('<html>'));
    await expect(createClient({ baseUrl: elsewhere }).projects({})).rejects.toMatchObject({
      code: 'BAD_ANSWER',
    });
    server!.closeAllConnections();
    await new Promise((resolve) => server!.close(resolve));
    server = null;
    await expect(createClient({ baseUrl: elsewhere }).projects({})).rejects.toMatchObject({
      code: 'UNREACHABLE',
      value: elsewhere,
      path: 'ABLATE_URL',
    });
  });

  it('refuses an answer that is not what the route promises', async () => {
    const baseUrl = await serve((_request, response) => json(response, [{ name: 'p' }]));
    await expect(createClient({ baseUrl }).projects({})).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  it('follows an experiment across a lost connection, telling what it has seen, until it is over', async () => {
    const seen: (string | undefined)[] = [];
    const baseUrl = await serve((request, response) => {
      seen.push(request.headers['last-event-id'] as string | undefined);
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const say = (id: string, state: string, progress: number): string =>
        `id: ${id}\nevent: experiment\ndata: ${JSON.stringify({ type: 'experiment', experiment: experiment(state, progress) })}\n\n`;
      if (seen.length === 1) {
        // A chunk may end in the middle of an event.
        const [first, second] = [say('one', 'running', 0.1), say('two', 'running', 0.2)];
        response.write(`: still here\n\n${first}${second.slice(0, 40)}`);
        setTimeout(() => response.end(second.slice(40)), 20);
      } else response.end(say('three', 'done', 1));
    });
    const events: ServerEvent[] = [];
    for await (const event of createClient({ baseUrl }).events('e-1')) events.push(event);
    expect(events.map((event) => event.experiment.progress)).toEqual([0.1, 0.2, 1]);
    expect(seen).toEqual([undefined, 'two']);
  });

  it('gives up on an experiment that the server does not know', async () => {
    const error = { code: 'NOT_FOUND', message: 'm', path: 'id', value: 'x', rule: null, fix: null };
    const baseUrl = await serve((_request, response) => json(response, { error }, 404));
    await expect(createClient({ baseUrl }).events('x').next()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
