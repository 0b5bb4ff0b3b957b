import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import {
  BENCHMARK_NAMES,
  buildBenchmark,
  buildDataRecipe,
  CATEGORIES,
  COLOURS,
  loadConcepts,
  RECIPE_NAMES,
  type BenchmarkQuestion,
} from '../src/index.js';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'ablate-emoji-'));
  for (const name of RECIPE_NAMES) await buildDataRecipe(name, join(root, name));
  for (const name of BENCHMARK_NAMES) await buildBenchmark(name, join(root, name));
  // Twenty seconds of one core, whatever a loaded machine makes of them.
}, 600_000);
afterAll(() => rm(root, { recursive: true, force: true }));

interface LlavaRecord {
  readonly id: string;
  readonly image: string;
  readonly conversations: readonly { readonly from: string; readonly value: string }[];
}
const json = async <T>(...path: string[]): Promise<T> =>
  JSON.parse(await readFile(join(root, ...path), 'utf8')) as T;
const questionsOf = async (name: string): Promise<BenchmarkQuestion[]> =>
  (await readFile(join(root, name, 'questions.jsonl'), 'utf8'))
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as BenchmarkQuestion);
const answersOf = ({ conversations }: LlavaRecord): string[] =>
  conversations.flatMap(({ from, value }) => (from === 'gpt' ? [value] : []));
const unseen = loadConcepts().filter(({ split }) => split === 'unseen');

/** How often each item occurs. */
function countOf(items: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(item, (counts.get(item) ?? 0) + 1);
  return Object.fromEntries(counts);
}

describe.each(RECIPE_NAMES)('%s', (name) => {
  it.each([
    ['pretrain', 1500],
    ['finetune', 4500],
  ] as const)('%s: %i records in LLaVA’s format, each with its picture', async (part, count) => {
    const records = await json<LlavaRecord[]>(name, `${part}.json`);
    expect(records).toHaveLength(count);
    const images = new Set(await readdir(join(root, name, 'images')));
    const isTurn = ({ from, value }: LlavaRecord['conversations'][number], i: number): boolean =>
      from === (i % 2 === 0 ? 'human' : 'gpt') && value.startsWith('<image>\n') === (i === 0) && value !== '';
    const bad = records.filter(
      ({ image, conversations }) =>
        !images.has(image) || conversations.length % 2 !== 0 || !conversations.every(isTurn),
    );
    expect(bad).toEqual([]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(count);
  });

  it('is balanced in a prefix as in the whole', async () => {
    const records = await json<LlavaRecord[]>(name, 'finetune.json');
    const yes = (part: readonly LlavaRecord[]): number => {
      const counts = countOf(part.flatMap(answersOf));
      return counts['yes']! / (counts['yes']! + counts['no']!);
    };
    expect(Math.abs(yes(records) - 0.5)).toBeLessThan(0.02);
    expect(Math.abs(yes(records.slice(0, 1200)) - 0.5)).toBeLessThan(0.04);
    const singles = (part: readonly LlavaRecord[]): number =>
      part.filter(({ conversations }) => /\bit\b/.test(conversations.map(({ value }) => value).join(' ')))
        .length / part.length;
    expect(Math.abs(singles(records.slice(0, 1200)) - singles(records))).toBeLessThan(0.05);
  });

  it('never names an unseen concept', async () => {
    const names = new Set(unseen.map((concept) => concept.name));
    const parts = await Promise.all(
      ['pretrain', 'finetune'].map((part) => json<LlavaRecord[]>(name, `${part}.json`)),
    );
    const named = parts
      .flat()
      .flatMap(answersOf)
      .flatMap((answer) => /(?:^an? [^:]+: |It is called )(.+)\.$/.exec(answer)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(200);
    expect(named.filter((word) => names.has(word))).toEqual([]);
  });

  it('says where it comes from', async () => {
    expect(await json(name, 'recipe.json')).toMatchObject({
      id: name,
      counts: { pretrain: 1500, finetune: 4500 },
      sources: [{ licence: 'Apache-2.0' }, { licence: 'CC-BY-4.0' }, { licence: 'MIT' }, { licence: 'MIT' }],
    });
  });
});

it('emoji-rich says more of each picture than emoji-base', async () => {
  const length = async (name: string): Promise<number> => {
    const records = await json<LlavaRecord[]>(name, 'pretrain.json');
    return records.flatMap(answersOf).join('').length / records.length;
  };
  expect(await length('emoji-rich')).toBeGreaterThan(1.8 * (await length('emoji-base')));
});

describe('benchmarks', () => {
  it.each([
    ['emoji-vqa', 600, 'exact', 'accuracy', 'unseen-concepts'],
    ['emoji-mc', 300, 'choice', 'accuracy', 'unseen-concepts'],
    ['emoji-pope', 600, 'pope', 'accuracy', 'unseen-concepts'],
    ['emoji-caption', 150, 'caption', 'cider', 'unseen-concepts'],
    ['emoji-vqa-style', 400, 'exact', 'accuracy', 'unseen-artist'],
  ])('%s: %i questions, each with a picture of 48 x 48', async (name, count, kind, primaryMetric, pool) => {
    const questions = await questionsOf(name);
    expect(questions).toHaveLength(count);
    expect(new Set(questions.map(({ questionId }) => questionId)).size).toBe(count);
    expect(await json(name, 'benchmark.json')).toMatchObject({ kind, primaryMetric, pool, questions: count });
    const { width, height, channels } = await sharp(
      join(root, name, 'images', questions.at(-1)!.image),
    ).metadata();
    expect([width, height, channels]).toEqual([48, 48, 3]);
    expect(new Set(await readdir(join(root, name, 'images')))).toEqual(
      new Set(questions.map(({ image }) => image)),
    );
  });

  it('emoji-vqa: four types in equal parts, counts without a favourite', async () => {
    const questions = await questionsOf('emoji-vqa');
    expect(countOf(questions.map(({ category }) => category))).toEqual({
      colour: 150,
      category: 150,
      count: 150,
      position: 150,
    });
    for (const type of ['colour', 'category', 'count', 'position']) {
      const answers = Object.values(
        countOf(questions.filter(({ category }) => category === type).map(({ target }) => target)),
      );
      expect([type, Math.max(...answers) / 150 < 0.33]).toEqual([type, true]);
    }
  });

  it('emoji-pope: by category and by colour, yes and no, three kinds of negatives, all in equal parts', async () => {
    const questions = await questionsOf('emoji-pope');
    const cells = countOf(
      questions.map(({ category, target, negative }) => `${category} ${target} ${negative ?? ''}`),
    );
    for (const category of ['exists-category', 'exists-colour']) {
      expect(cells[`${category} yes `]).toBe(150);
      for (const negative of ['random', 'popular', 'adversarial'])
        expect(cells[`${category} no ${negative}`]).toBe(50);
    }
    const asked = new Set(questions.map(({ question }) => /^Is there an? (\w+)/.exec(question)![1]!));
    expect([...asked].sort()).toEqual([...CATEGORIES, ...COLOURS].sort());
  });

  it('emoji-mc: the target is a letter of four listed options', async () => {
    for (const { question, target, choices } of await questionsOf('emoji-mc')) {
      expect(choices).toHaveLength(4);
      choices!.forEach((choice, i) => expect(question).toContain(`\n${'ABCD'[i]!}. ${choice}`));
      expect('ABCD').toContain(target);
    }
  });

  it('is built from seeds alone', async () => {
    const digest = async (folder: string): Promise<string> => {
      const hash = createHash('sha256');
      for (const image of (await readdir(join(folder, 'images'))).sort())
        hash.update(await readFile(join(folder, 'images', image)));
      return hash.update(await readFile(join(folder, 'questions.jsonl'))).digest('hex');
    };
    await buildBenchmark('emoji-mc', join(root, 'again'));
    expect(await digest(join(root, 'again'))).toBe(await digest(join(root, 'emoji-mc')));
  });
});

it.each([
  ['recipe', buildDataRecipe, 'UNKNOWN_RECIPE', 'emoji-base, emoji-rich'],
  ['benchmark', buildBenchmark, 'UNKNOWN_BENCHMARK', 'emoji-vqa'],
] as const)('an unknown %s is told what there is', async (_, build, code, known) => {
  await expect(build('emoji', join(root, 'none'))).rejects.toMatchObject({
    code,
    value: 'emoji',
    rule: expect.stringContaining(known),
  });
  expect(await readdir(root)).not.toContain('none');
});
