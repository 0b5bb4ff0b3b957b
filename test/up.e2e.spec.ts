import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePort, tinyGrid, tinyHome, until } from './deployment.js';

const ABLATE = fileURLToPath(new URL('../bin/ablate.mjs', import.meta.url));

interface Ended {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** The command as a user types it, with a home and a port of its own. */
const start = (args: readonly string[], env: NodeJS.ProcessEnv): ChildProcess =>
  spawn(process.execPath, [ABLATE, ...args], {
    env: { ...process.env, DATABASE_URL: '', REDIS_URL: '', ARTIFACTS_URL: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });

async function ended(child: ChildProcess): Promise<Ended> {
  let output = '';
  let errors = '';
  child.stdout!.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output, errors };
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

describe('ablate up', () => {
  let env: Record<string, string>;
  let grid: string;
  let server: ChildProcess;
  let pids: readonly number[];
  const run = (...args: string[]): Promise<Ended> => ended(start(args, env));
  const json = async (...args: string[]): Promise<unknown> => {
    const { code, output, errors } = await run(...args, '--json');
    expect({ code, errors }).toMatchObject({ code: 0 });
    return JSON.parse(output);
  };

  beforeAll(async () => {
    const home = await tinyHome(4);
    env = {
      ABLATE_HOME: home,
      ABLATE_PORT: String(await freePort()),
      ABLATE_MODELS: join(home, 'models'),
    };
    grid = join(home, 'grid.json');
    await writeFile(grid, JSON.stringify(tinyGrid()));
    server = start(['up'], env);
    let said = '';
    server.stdout!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    server.stderr!.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await until('ready', async () => {
      if (server.exitCode !== null) throw new Error(said);
      return said.includes('Ablate is ready');
    });
    const note = JSON.parse(await readFile(join(home, 'up.json'), 'utf8')) as {
      pid: number;
      children: number[];
    };
    pids = [note.pid, ...note.children];
  }, 600_000);
  afterAll(async () => {
    server.kill('SIGKILL');
    await rm(env['ABLATE_HOME']!, { recursive: true, force: true });
  });

  it('answers every verb, and trains nothing twice', async () => {
    expect(await json('plan', grid)).toMatchObject({ counts: { newStages: { pretrain: 1 } } });
    const first = (await json('submit', grid, '--wait')) as { id: string };
    expect(await json('plan', grid)).toMatchObject({ counts: { newStages: {} }, flops: 0 });
    const again = (await json('submit', grid, '--wait')) as { id: string };
    expect(again.id).not.toBe(first.id);
    expect(await json('status', again.id)).toMatchObject({ state: 'done', progress: 1 });
    const runs = (await json('runs', again.id)) as {
      id: string;
      stages: { key: string; reused: boolean }[];
    }[];
    expect(runs.flatMap(({ stages }) => stages.map(({ reused }) => reused))).not.toContain(false);
    expect(await json('explain', runs[0]!.stages[0]!.key)).toMatchObject({ outcome: 'hit' });
    expect(await json('compare', first.id)).toMatchObject({ experiment: first.id });
    expect((await run('logs', runs[0]!.id)).code).toBe(0);
    expect((await run('export', first.id, '--format', 'latex')).output).toContain('\\bottomrule');
    const page = join(env['ABLATE_HOME']!, 'report.html');
    expect((await run('report', first.id, '--out', page, '--pdf', `${page}.pdf`)).code).toBe(0);
    expect(await readFile(page, 'utf8')).toContain('What makes it reproducible');
    expect((await run('watch', first.id)).code).toBe(0);
    expect((await run('doctor')).code).toBe(0);
    for (const [verb, code] of [
      ['cancel', 'NOT_RUNNING'],
      ['pause', 'NOT_RUNNING'],
      ['resume', 'NOT_PAUSED'],
      ['retry', 'NOTHING_TO_RETRY'],
    ] as const) {
      const refused = await run(verb, first.id, '--json');
      expect(refused.code).toBe(2);
      expect(JSON.parse(refused.output)).toMatchObject({ error: { code } });
    }
  }, 600_000);

  it('extends what it trained, finds it by its tag, and asks it about a picture', async () => {
    const { id } = (await json('submit', grid, '--wait', '--tag', 'asked')) as { id: string };
    expect(await json('status', '--tag', 'asked')).toMatchObject([{ id, tags: ['asked'] }]);
    const larger = join(env['ABLATE_HOME']!, 'larger.json');
    await writeFile(larger, JSON.stringify(tinyGrid({ seeds: { values: [1, 2], redraws: ['finetune'] } })));
    expect(await json('extend', id, larger, '--plan')).toMatchObject({
      added: { cells: 0, runs: 1, stages: 2 },
      newStages: { finetune: 1, evaluate: 1 },
      seeds: [2],
    });
    expect(await json('extend', id, larger, '--wait')).toMatchObject({
      id,
      state: 'done',
      runs: { done: 2 },
    });

    const url = `http://127.0.0.1:${env['ABLATE_PORT']}/api/v1/experiments/${id}/predictions?runs=${id}-2`;
    const { rows } = (await (await fetch(url)).json()) as {
      rows: { question: string; image: string; answers: { answer: string }[] }[];
    };
    const [row] = rows;
    const image = join(env['ABLATE_HOME']!, 'benchmarks', 'tiny-vqa', 'images', row!.image);
    const asked = ['predict', `${id}-2`, '--image', image, '--question', row!.question, '--max-tokens', '4'];
    expect(await json(...asked)).toMatchObject({
      state: 'done',
      answer: row!.answers[0]!.answer,
      error: null,
    });
    expect((await run(...asked)).output.trim()).toBe(row!.answers[0]!.answer);
    const refused = await run('predict', `${id}-2`, '--image', larger, '--question', 'What?', '--json');
    expect([refused.code, JSON.parse(refused.output)]).toMatchObject([2, { error: { code: 'IMAGE_TYPE' } }]);
  }, 600_000);

  it('has one home and one port to itself, and says what to do about it', async () => {
    const second = await run('up', '--json');
    expect(second.code).not.toBe(0);
    expect(JSON.parse(second.output)).toMatchObject({
      error: { code: expect.stringMatching(/PORT_IN_USE|ALREADY_RUNNING/) },
    });
    const elsewhere = await mkdtemp(join(tmpdir(), 'ablate-home-'));
    const blocker = createServer().listen(0, '127.0.0.1');
    await once(blocker, 'listening');
    const { port } = blocker.address() as { port: number };
    const blocked = await run('up', '--home', elsewhere, '--port', String(port), '--json');
    blocker.close();
    await rm(elsewhere, { recursive: true });
    expect(blocked.code).not.toBe(0);
    expect(JSON.parse(blocked.output)).toMatchObject({
      error: { code: 'PORT_IN_USE', value: port, fix: expect.stringContaining('--port') },
    });
  });

  it('stops everything it started on Ctrl-C, with exit 0', async () => {
    expect(pids.every(isAlive)).toBe(true);
    const over = once(server, 'exit');
    server.kill('SIGINT');
    expect(await over).toEqual([0, null]);
    await until('the end of every process', async () => !pids.some(isAlive));
    expect((await run('status')).code).toBe(3);
  });
});
