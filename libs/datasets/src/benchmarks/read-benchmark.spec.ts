import { cp, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readTsv } from './fields.js';
import { listOf } from './formats/mmmu.js';
import { isJudged } from './question.js';
import { readBenchmark } from './read-benchmark.js';

const fixtures = fileURLToPath(new URL('../../test/fixtures/benchmarks/', import.meta.url));
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'ablate-formats-'));
});
afterAll(() => rm(scratch, { recursive: true }));

const SHORT = '\nAnswer the question using a single word or phrase.';
const LETTER = "\nAnswer with the option's letter from the given choices directly.";

describe('public formats', () => {
  it.each([
    [
      'vqav2',
      'vqa-v2',
      2,
      { questionId: '42000', question: `What colour is the ball?${SHORT}`, target: 'red', category: 'other' },
    ],
    [
      'textvqa',
      'textvqa',
      1,
      { image: '003a8ae2.jpg', question: `what is written on the sign?${SHORT}`, target: 'stop' },
    ],
    ['gqa', 'gqa', 2, { image: 'n161313.jpg', target: 'yes', category: 'binary' }],
    [
      'scienceqa',
      'choice',
      1,
      {
        question: `Which is a solid?\nContext: Look at the picture.\nA. water\nB. a rock${LETTER}`,
        target: 'B',
        image: join('5', 'image.png'),
      },
    ],
    [
      'pope',
      'pope',
      6,
      {
        questionId: 'adversarial-1',
        question: `Is there a dog in the image?${SHORT}`,
        target: 'yes',
        category: 'adversarial',
      },
    ],
    [
      'mme',
      'mme',
      4,
      {
        question: `Is this a painting?${SHORT}`,
        target: 'yes',
        category: 'artwork',
        image: join('artwork', 'images', '7.png'),
      },
    ],
    [
      'mmbench',
      'mmbench',
      2,
      {
        question: `What is "it"?\nA. a dog\nB. a cat${LETTER}`,
        target: 'B',
        choices: ['a dog', 'a cat'],
        group: '3',
      },
    ],
    [
      'mmmu',
      'mmmu',
      2,
      {
        question:
          "Who painted it?\n\n(A) Monet\n(B) O'Keeffe\n\nAnswer with the option's letter from the given choices directly.",
        choices: ['Monet', "O'Keeffe"],
        category: 'Art',
      },
    ],
    ['vizwiz', 'textvqa', 1, { image: 'VizWiz_val_00000000.jpg', target: 'basil' }],
    [
      'ai2d',
      'ai2d',
      1,
      { questionId: '0.png-1', question: `What does the arrow show?\nA. rain\nB. sun${LETTER}`, target: 'B' },
    ],
    ['coco-caption', 'caption', 1, { references: ['A red ball.', 'One ball on the grass.'] }],
    ['flickr30k', 'caption', 1, { image: '1.jpg', references: ['A dog runs.'] }],
    [
      'mm-vet',
      'mm-vet',
      1,
      { question: 'What is x in the equation?', target: '-1<AND>-5', category: 'ocr+math' },
    ],
    [
      'llava-w',
      'llava-w',
      1,
      { target: 'It is Diamond Head.', category: 'conv', context: 'Diamond Head seen from the air.' },
    ],
  ])('%s: folder, kind, questions and pictures', async (name, kind, count, first) => {
    const folder = join(fixtures, name);
    const benchmark = await readBenchmark(folder);
    expect([benchmark.id, benchmark.kind, benchmark.questions.length]).toEqual([name, kind, count]);
    expect(benchmark.questions[0]).toMatchObject(first);
    expect(isJudged(benchmark.kind)).toBe(kind === 'mm-vet' || kind === 'llava-w');
    for (const file of benchmark.files) expect((await stat(join(folder, file))).isFile()).toBe(true);
    for (const { image, references } of benchmark.questions) {
      expect(references.length).toBeGreaterThan(0);
      if (!benchmark.embedded.has(image))
        expect((await stat(join(benchmark.images, image))).isFile()).toBe(true);
    }
  });

  it('take another name, metric and the OCR tokens from benchmark.json', async () => {
    const folder = join(scratch, 'my-text');
    await cp(join(fixtures, 'textvqa'), folder, { recursive: true });
    await writeFile(
      join(folder, 'benchmark.json'),
      JSON.stringify({ format: 'textvqa', ocr: true, maxNewTokens: 16, primaryMetric: 'accuracy' }),
    );
    const { id, questions, maxNewTokens, files } = await readBenchmark(folder);
    expect([id, maxNewTokens, files.length]).toEqual(['my-text', 16, 2]);
    expect(questions[0]!.question).toBe(
      `what is written on the sign?\nReference OCR token: STOP, 4-way${SHORT}`,
    );
  });

  it('keep the pictures of a table, once for all rotations', async () => {
    const { questions, embedded } = await readBenchmark(join(fixtures, 'mmbench'));
    expect(questions.map(({ image }) => image)).toEqual(['3.image', '3.image']);
    expect(Buffer.from(embedded.get('3.image')!, 'base64').toString('latin1', 1, 4)).toBe('PNG');
    expect(questions[1]!.question).toBe(`See the\tpicture.\nWhat is\nit?\nA. a cat\nB. a dog${LETTER}`);
  });

  it('say what they leave out', async () => {
    const { notes } = await readBenchmark(join(fixtures, 'mmmu'));
    expect(notes).toEqual(['1 questions with no image or several are left out.']);
    expect((await readBenchmark(join(fixtures, 'scienceqa'))).notes[0]).toContain(
      '1 questions have no image',
    );
  });

  it.each([
    [
      'vqav2',
      'v2_mscoco_val2014_annotations.json',
      (text: string) => text.replace('42001', '7'),
      'question 42001 has no annotation',
    ],
    [
      'gqa',
      'testdev_balanced_questions.json',
      (text: string) => text.replace('"answer"', '"reply"'),
      '"answer"',
    ],
    ['pope', 'coco_pope_random.json', (text: string) => `${text}{`, 'line 3 is no JSON'],
    ['mme', join('count', '000001.txt'), () => 'Is it?\tMaybe\n', 'line 1'],
    [
      'mmbench',
      'MMBench_DEV_EN.tsv',
      (text: string) => text.replace('\tB\tobject', '\tC\tobject'),
      'no letter of its options',
    ],
    [
      'ai2d',
      join('questions', '0.png.json'),
      (text: string) => text.replace('"correctAnswer": 1', '"correctAnswer": 2'),
      'no index',
    ],
    [
      'llava-w',
      'context.jsonl',
      (text: string) => text.replace('001.jpg', '2.jpg'),
      '001.jpg has no caption',
    ],
  ])('name the file and place of what is wrong: %s', async (name, file, change, message) => {
    const folder = join(await mkdtemp(join(scratch, 'bad-')), name);
    await cp(join(fixtures, name), folder, { recursive: true });
    await writeFile(join(folder, file), change(await readFile(join(folder, file), 'utf8')));
    const reading = readBenchmark(folder);
    await expect(reading).rejects.toMatchObject({
      code: 'BAD_BENCHMARK',
      path: expect.stringContaining(folder),
    });
    await expect(reading).rejects.toThrow(message);
  });

  it('are listed where a folder names none of them', async () => {
    const folder = await mkdtemp(join(scratch, 'other-'));
    await expect(readBenchmark(folder)).rejects.toThrow('not named as a public format (vqav2, textvqa');
    await writeFile(join(folder, 'benchmark.json'), '{"format":"vqa9"}');
    await expect(readBenchmark(folder)).rejects.toThrow('"format" is "vqa9"');
  });
});

describe('tables and lists', () => {
  it('reads quoted fields with tabs, quotes and line ends', async () => {
    const file = join(scratch, 't.tsv');
    await writeFile(file, '\ufeffa\tb\tc\r\n1\t"x\t""y""\n"\tz\r\n2\t\t3\n');
    expect((await readTsv(file)).map(({ raw }) => raw)).toEqual([
      { a: '1', b: 'x\t"y"\n', c: 'z' },
      { a: '2', b: '', c: '3' },
    ]);
    await writeFile(file, 'a\n"open');
    await expect(readTsv(file)).rejects.toMatchObject({ code: 'BAD_BENCHMARK' });
  });

  it("reads Python's lists", () => {
    expect(listOf(`['a', "b's", 'c\\'d']`)).toEqual(['a', "b's", "c'd"]);
    expect(listOf(['x'])).toEqual(['x']);
    expect(listOf('[]')).toEqual([]);
    expect(listOf('no list')).toEqual([]);
  });
});

describe('a folder’s kind', () => {
  it('may be named as kind', async () => {
    const folder = join(scratch, 'my-questions');
    await cp(join(fixtures, 'gqa'), folder, { recursive: true });
    await writeFile(join(folder, 'benchmark.json'), JSON.stringify({ id: 'gqa', kind: 'gqa' }));
    expect(await readBenchmark(folder)).toMatchObject({ format: 'gqa', kind: 'gqa' });
    await rm(join(folder, 'testdev_balanced_questions.json'));
    await writeFile(join(folder, 'testdev-00000.parquet'), 'PAR1');
    await expect(readBenchmark(folder)).rejects.toThrow(/Parquet is not read here; convert it to JSON lines/);
  });
});
