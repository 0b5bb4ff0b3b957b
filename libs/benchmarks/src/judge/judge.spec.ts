import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Benchmark } from '@ablate/datasets';
import { grade } from './grade.js';
import { askJudge, type JudgeSettings } from './judge.js';
import { llavaWGrades } from './llava-w.js';
import { mmVetGrade, mmVetRequest } from './mm-vet.js';

interface Asked {
  readonly path: string;
  readonly authorization: string | undefined;
  readonly body: { model: string; temperature: number; messages: { content: string }[] };
}
let asked: Asked[] = [];
let replies: (readonly [status: number, content: string])[] = [];
let server: Server;
let settings: JudgeSettings;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ablate-judge-'));
  server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(parts).toString()) as Asked['body'];
      asked.push({ path: request.url!, authorization: request.headers.authorization, body });
      const [status, content] = replies.shift() ?? [200, '0.5'];
      response
        .writeHead(status)
        .end(status === 200 ? JSON.stringify({ choices: [{ message: { content } }] }) : content);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});
beforeEach(async () => {
  [asked, replies] = [[], []];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`;
  settings = { url, key: 'secret', cache: await mkdtemp(join(folder, 'cache-')) };
});
afterAll(async () => {
  server.close();
  await rm(folder, { recursive: true });
});

const question = (category: string, target = '-1<AND>-5') => ({
  questionId: category,
  image: 'a.png',
  question: 'What is x?',
  target,
  references: [target],
  category,
  choices: [],
  context: 'A caption.',
});
const benchmark = (kind: Benchmark['kind'], categories: readonly string[]) =>
  ({
    id: 'bench',
    kind,
    questions: categories.map((category) => question(category)),
  }) as unknown as Benchmark;
const request = mmVetRequest('gpt-4', question('ocr'), 'x = 3\nor 4');

describe('askJudge', () => {
  it('asks once, and keeps the verdict', async () => {
    expect(await askJudge(settings, request, 1)).toBe('0.5');
    expect(await askJudge(settings, request, 1)).toBe('0.5');
    expect(asked).toMatchObject([
      {
        path: '/v1/chat/completions',
        authorization: 'Bearer secret',
        body: { model: 'gpt-4', temperature: 0 },
      },
    ]);
    expect(asked[0]!.body.messages[0]!.content).toMatch(/\nWhat is x\? \| -1 <AND> -5 \| x = 3 or 4 \| $/);
    expect(await readdir(settings.cache)).toHaveLength(1);
    await askJudge(settings, { ...request, prompt: 2 }, 1);
    expect(asked).toHaveLength(2);
  });

  it('tries again what passes, and says what does not', async () => {
    replies = [
      [429, 'wait'],
      [503, 'busy'],
      [200, '1.0'],
    ];
    expect(await askJudge(settings, request, 1)).toBe('1.0');
    replies = [[401, 'no key']];
    await expect(askJudge(settings, { ...request, model: 'other' }, 1)).rejects.toMatchObject({
      code: 'JUDGE_FAILED',
      message: expect.stringContaining('status 401'),
    });
    expect(asked).toHaveLength(4);
  });
});

describe('grade', () => {
  it('MM-Vet: percent, also by capability; a verdict without a grade is 0 and counted', async () => {
    replies = [
      [200, '0.8'],
      [200, ' 1.0'],
      [200, 'I cannot say'],
    ];
    const scored = await grade(
      benchmark('mm-vet', ['ocr+math', 'ocr', 'know']),
      ['a', 'b', 'c'],
      { model: 'm', prompt: 1 },
      settings,
    );
    expect(scored.scores).toEqual([0.8, 1, 0]);
    expect(scored.metrics['score']).toBeCloseTo(60, 9);
    expect(scored.metrics).toMatchObject({
      ungraded: 1,
      capability_math: 80,
      capability_ocr: 90,
      capability_know: 0,
    });
  });

  it("LLaVA-W: the model's grades over GPT-4's", async () => {
    replies = [
      [200, '8 6\nBecause'],
      [200, '8, 4'],
      [200, 'none'],
    ];
    const scored = await grade(
      benchmark('llava-w', ['conv', 'detail', 'complex']),
      ['a', 'b', 'c'],
      { model: 'm', prompt: 1 },
      settings,
    );
    expect(scored.scores).toEqual([0.6, 0.4, 0]);
    expect(scored.metrics).toEqual({ score: 62.5, ungraded: 1 });
  });

  it('is refused without a judge, and with another wording', async () => {
    const vet = benchmark('mm-vet', ['ocr']);
    await expect(grade(vet, ['a'], { model: 'm', prompt: 1 }, null)).rejects.toMatchObject({
      code: 'JUDGE_OFF',
    });
    await expect(grade(vet, ['a'], { model: 'm', prompt: 7 }, settings)).rejects.toMatchObject({
      code: 'UNKNOWN_PROMPT',
    });
    expect(asked).toEqual([]);
  });
});

describe('verdicts', () => {
  it.each([
    ['0.7', 0.7],
    ['1', 1],
    ['**0.3**', 0.3],
    ['1.4', null],
    ['good', null],
    ['', null],
  ])('MM-Vet %j', (text, value) => {
    expect(mmVetGrade(text)).toBe(value);
  });
  it.each([
    ['9 7', [9, 7]],
    ['9.5, 7\nText', [9.5, 7]],
    ['9', null],
    ['a b', null],
  ])('LLaVA-W %j', (text, value) => {
    expect(llavaWGrades(text)).toEqual(value);
  });
});
