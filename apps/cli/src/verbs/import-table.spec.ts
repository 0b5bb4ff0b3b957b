import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as readStream } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { ImportReport } from '@ablate/contracts';
import { runCommand } from '../program.js';

const report: ImportReport = {
  id: 'paper-1a2b3c',
  project: 'published',
  name: 'paper',
  rows: 4,
  cells: 2,
  runs: 2,
  axes: [{ axis: 'encoder', levels: ['clip', 'siglip'] }],
  context: {},
  columns: {},
  metrics: [{ benchmark: 'MM Vet', metric: 'MM Vet/score', scores: 2 }],
  derived: [],
  excluded: [],
  baseline: { encoder: 'clip' },
  notes: ['A note of the table.'],
};

let folder: string;
let file: string;
let server: Server;
let url: string;
let body: unknown;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-import-'));
  file = join(folder, 'paper.csv');
  await writeFile(file, 'encoder,score\nclip,1\n');
  server = createServer((request, response) => {
    void readStream(request).then((text) => {
      body = JSON.parse(text);
      response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(report));
    });
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

const run = async (...argv: string[]) => {
  let [out, err] = ['', ''];
  const code = await runCommand(
    ['--url', url, ...argv],
    { write: (text) => (out += text) },
    { write: (text) => (err += text) },
  );
  return { code, out, err };
};

it('sends the table with every option, and says what to ask next', async () => {
  const options = ['--map', 'a=b=llm', '--map', 'x=note', '--exclude', 'Average', '--exclude', 'llm=phi'];
  const { code, out } = await run(
    'import',
    file,
    ...options,
    '--replicates',
    '--project',
    'p',
    '--name',
    'n',
  );
  expect(body).toEqual({
    file: 'paper.csv',
    text: 'encoder,score\nclip,1\n',
    map: { 'a=b': 'llm', x: 'note' },
    exclude: ['Average', 'llm=phi'],
    replicates: true,
    project: 'p',
    name: 'n',
  });
  expect(code).toBe(0);
  expect(out).toMatch(/^paper-1a2b3c\n4 rows: 2 cells, 2 runs, 1 benchmark\./);
  expect(out).toContain('A note of the table.');
  expect(out).toContain("ablate effects paper-1a2b3c --metric 'MM Vet'");
});

it('answers as JSON', async () => {
  const { out } = await run('import', file, '--json');
  expect(JSON.parse(out)).toEqual(report);
  expect(body).toMatchObject({ map: {}, exclude: [], replicates: false });
});

it('refuses a map without a role and a file that is not there, before anything is sent', async () => {
  body = undefined;
  const bad = await run('import', file, '--map', 'tokens', '--json');
  expect([bad.code, (JSON.parse(bad.out) as { error: object }).error]).toMatchObject([
    2,
    { code: 'BAD_MAP', path: '--map', value: 'tokens' },
  ]);
  expect((await run('import', join(folder, 'none.csv'))).code).toBe(2);
  expect(body).toBeUndefined();
});

it('has help with examples', async () => {
  const { out } = await run('import', '--help');
  expect(out).toContain('ablate import examples/published/tinyllava.csv');
});
