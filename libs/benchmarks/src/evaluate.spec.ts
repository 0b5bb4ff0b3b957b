import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Prediction, TrainerEvent, TrainerJob } from '@ablate/catalogue';
import { AblateError } from '@ablate/errors';
import { createExecutor } from '@ablate/tensor';
import {
  evaluateConfig,
  loraParent,
  tinyJob,
  tinyQuestions,
  trainConfig,
  writeBenchmark,
} from '../test/tiny-world.js';
import { exchangedImages } from './blind.js';
import { evaluate } from './evaluate.js';

let root: string;
let job: TrainerJob;
const executor = await createExecutor('onnx');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'benchmarks-'));
  job = await tinyJob(root);
});
afterAll(async () => {
  await executor.dispose();
  await rm(root, { recursive: true, force: true });
});

let runs = 0;
const inNewFolder = (changes: Partial<TrainerJob> = {}): TrainerJob => ({
  ...job,
  ...changes,
  outputDir: join(root, `out-${(runs += 1)}`),
});

async function eventsOf(changed: TrainerJob, signal = new AbortController().signal): Promise<TrainerEvent[]> {
  const events: TrainerEvent[] = [];
  for await (const event of evaluate(changed, { executor, signal })) events.push(event);
  return events;
}

async function predictionsOf(changed: TrainerJob): Promise<Prediction[]> {
  await eventsOf(changed);
  const text = await readFile(join(changed.outputDir, 'predictions.jsonl'), 'utf8');
  return parse(text);
}
const parse = (text: string): Prediction[] =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Prediction);
const answersOf = (predictions: readonly Prediction[], control: Prediction['control']): string[] =>
  predictions.filter((prediction) => prediction.control === control).map(({ answer }) => answer);
const withDecoding = (batchSize: number): Partial<TrainerJob> => ({
  config: { ...evaluateConfig, decoding: { ...evaluateConfig.decoding, batchSize } },
});

describe('evaluate', () => {
  it('yields progress to the end, metrics once, and predictions that its sha256 names', async () => {
    const changed = inNewFolder();
    const events = await eventsOf(changed);
    const progress = events.flatMap((event) => (event.type === 'progress' ? [event] : []));
    expect(progress.map(({ step }) => step)).toEqual(progress.map((_, i) => i + 1));
    expect(progress.at(-1)!.step).toBe(progress.at(-1)!.totalSteps);
    const metrics = events.filter(({ type }) => type === 'metrics');
    expect(metrics).toHaveLength(1);
    const done = events.at(-1)!;
    expect(done).toMatchObject({ type: 'done', files: [{ name: 'predictions.jsonl' }] });
    const again = await eventsOf(inNewFolder());
    const sha256 = (event: TrainerEvent): string | undefined =>
      event.type === 'done' ? event.files[0]!.sha256 : undefined;
    expect(sha256(again.at(-1)!)).toBe(sha256(done));
    expect(again.find(({ type }) => type === 'metrics')).toEqual(metrics[0]);
  });

  it('keeps every question with both answers, and metrics are those of the stored scores', async () => {
    const changed = inNewFolder();
    const [events, predictions] = [await eventsOf(changed), await predictionsOf(changed)];
    expect(predictions.map(({ questionId, control }) => [questionId, control])).toEqual(
      ['none', 'blind'].flatMap((control) => tinyQuestions.map(({ questionId }) => [questionId, control])),
    );
    const points = events.flatMap((event) => (event.type === 'metrics' ? event.points : []));
    const value = (name: string): number => points.find((point) => point.name === `tiny/${name}`)!.value;
    const mean = (control: string): number => {
      const own = predictions.filter((prediction) => prediction.control === control);
      return own.reduce((sum, { score }) => sum + score, 0) / own.length;
    };
    expect(new Set(points.map(({ name }) => name)).size).toBe(points.length);
    expect(points.every(({ step }) => step === 0)).toBe(true);
    expect(value('n')).toBe(tinyQuestions.length);
    expect(value('accuracy')).toBeCloseTo(mean('none'), 12);
    expect(value('blind_accuracy')).toBeCloseTo(mean('blind'), 12);
    // By category: "no" twice in three, and one right of four different open answers.
    expect(value('majority_accuracy')).toBeCloseTo(3 / 7, 12);
  });

  it('answers depend on the picture and not on the batch', async () => {
    const one = await predictionsOf(inNewFolder(withDecoding(1)));
    const many = await predictionsOf(inNewFolder(withDecoding(16)));
    expect(many.map(({ answer }) => answer)).toEqual(one.map(({ answer }) => answer));
    const sameQuestion = one.filter(
      ({ question, control }) => question === 'What is it?' && control === 'none',
    );
    expect(new Set(sameQuestion.map(({ answer }) => answer)).size).toBe(3);
  });

  it('the blind control is the same model on exchanged pictures', async () => {
    const predictions = await predictionsOf(inNewFolder());
    const exchanged = exchangedImages(
      tinyQuestions.map(({ image }) => image),
      evaluateConfig.blindSeed,
    );
    const swapped = tinyQuestions.map((question) => ({ ...question, image: exchanged.get(question.image)! }));
    const folder = await writeBenchmark(join(root, 'swapped'), swapped);
    const own = await predictionsOf(inNewFolder({ benchmarks: { tiny: folder } }));
    expect(answersOf(own, 'none')).toEqual(answersOf(predictions, 'blind'));
    for (const { control, questionId, image } of predictions) {
      const { image: asked } = tinyQuestions.find((question) => question.questionId === questionId)!;
      if (control === 'none') expect(image).toBe(asked);
      else expect(image).not.toBe(asked);
    }
  });

  it('what every parent trained counts, adapters too; a pretrained connector alone can be asked', async () => {
    const base = await predictionsOf(inNewFolder());
    const adapted = await predictionsOf(inNewFolder({ parents: [...job.parents, await loraParent(root)] }));
    expect(adapted.map(({ answer }) => answer)).not.toEqual(base.map(({ answer }) => answer));
    const pretrained = { ...job.parents[0]!, config: { ...trainConfig, template: 'pretrain' as const } };
    const plain = await predictionsOf(inNewFolder({ parents: [pretrained] }));
    expect(plain.map(({ answer }) => answer)).toEqual(base.map(({ answer }) => answer));
  });

  it('another executor gives the same answers', async () => {
    const [changed, onnx] = [inNewFolder(), await predictionsOf(inNewFolder())];
    const wasm = await createExecutor('wasm');
    const { signal } = new AbortController();
    for await (const event of evaluate(changed, { executor: wasm, signal }))
      expect(event.type).not.toBe('error');
    await wasm.dispose();
    const text = await readFile(join(changed.outputDir, 'predictions.jsonl'), 'utf8');
    expect(parse(text)).toEqual(onnx);
  });

  it('stops between batches when asked to, and leaves nothing', async () => {
    const controller = new AbortController();
    const changed = inNewFolder();
    const seen: string[] = [];
    for await (const { type } of evaluate(changed, { executor, signal: controller.signal })) {
      seen.push(type);
      if (type === 'progress') controller.abort();
    }
    expect(seen).toEqual(['telemetry', 'progress']);
    await expect(readFile(join(changed.outputDir, 'predictions.jsonl'))).rejects.toThrow('ENOENT');
  });
});

describe('public formats', () => {
  const published = (name: string): string =>
    fileURLToPath(new URL(`../../datasets/test/fixtures/benchmarks/${name}`, import.meta.url));

  it.each([
    ['pope', 'mean_f1'],
    ['mme', 'perception'],
    ['mmbench', 'accuracy'],
    ['vqav2', 'accuracy'],
    ['mmmu', 'accuracy'],
    ['coco-caption', 'bleu_4'],
  ])('%s is asked and scored by its own rule', async (name, metric) => {
    const events = await eventsOf(inNewFolder({ benchmarks: { tiny: published(name) } }));
    const points = events.flatMap((event) => (event.type === 'metrics' ? event.points : []));
    for (const control of ['', 'blind_', 'majority_'])
      expect(
        points.find((point) => point.name === `${name}/${control}${metric}`)?.value,
      ).toBeGreaterThanOrEqual(0);
    expect(points.every(({ value }) => Number.isFinite(value))).toBe(true);
    expect(events.at(-1)).toMatchObject({ type: 'done' });
  });

  it('says what a reader left out', async () => {
    const events = await eventsOf(inNewFolder({ benchmarks: { tiny: published('mmmu') } }));
    expect(events.find(({ type }) => type === 'log')).toMatchObject({
      message: expect.stringContaining('left out'),
    });
  });

  it.each(['mm-vet', 'llava-w'])('%s is refused without a judge', async (name) => {
    await expect(eventsOf(inNewFolder({ benchmarks: { tiny: published(name) } }))).rejects.toMatchObject({
      code: 'JUDGE_OFF',
      fix: expect.stringContaining('ABLATE_JUDGE_URL'),
    });
  });
});

describe('bad input is named', () => {
  const [first, ...rest] = tinyQuestions;
  const cases: readonly [string, object, string][] = [
    ['a missing picture', { image: 'nowhere.png' }, 'Sample "q0"'],
    ['an empty question', { question: '' }, 'line 1: "question" must be a text'],
    ['a target that is no text', { target: 3 }, 'line 1: "target"'],
    ['references that are no list', { references: 'a text' }, 'line 1: "references"'],
    ['a question id that comes twice', { questionId: 'q1' }, 'line 2: "questionId"'],
  ];
  for (const [name, change, message] of cases) {
    it(name, async () => {
      const folder = await writeBenchmark(join(root, `bad-${(runs += 1)}`), [
        { ...first, ...change },
        ...rest,
      ]);
      const changed = inNewFolder({ benchmarks: { tiny: folder } });
      const thrown: unknown = await eventsOf(changed).catch((error: unknown) => error);
      expect(thrown).toBeInstanceOf(AblateError);
      expect((thrown as AblateError).code).toMatch(/^BAD_(BENCHMARK|IMAGE)$/);
      expect((thrown as AblateError).message).toContain(message);
    });
  }

  it('choices that are missing, an unknown kind, no questions, a folder that is none', async () => {
    const choice = await writeBenchmark(join(root, 'choice'), tinyQuestions, 'choice');
    const unknown = await writeBenchmark(join(root, 'unknown'), tinyQuestions, 'essay');
    const empty = await writeBenchmark(join(root, 'empty'), []);
    const broken = await writeBenchmark(join(root, 'broken'), tinyQuestions);
    await writeFile(join(broken, 'questions.jsonl'), '{"questionId":');
    for (const [tiny, message] of [
      [choice, 'line 1: "choices"'],
      [unknown, '"kind" is "essay", not one of exact, choice, pope, caption'],
      [empty, 'it has no questions'],
      [broken, 'line 1 is no JSON'],
      [join(root, 'nowhere'), 'benchmark.json: it is missing'],
    ]) {
      const asked = eventsOf(inNewFolder({ benchmarks: { tiny: tiny! } }));
      await expect(asked).rejects.toMatchObject({ code: 'BAD_BENCHMARK' });
      await expect(asked).rejects.toThrow(message!);
    }
  });

  it('a job without the folder, without a trained parent, or with a cut-off model', async () => {
    await expect(eventsOf(inNewFolder({ benchmarks: {} }))).rejects.toMatchObject({
      code: 'UNKNOWN_FOLDER',
      path: 'benchmarks.tiny',
    });
    await expect(eventsOf(inNewFolder({ parents: [] }))).rejects.toMatchObject({ code: 'NO_TRAINED_PARENT' });
    const modelFile = join(root, 'cut.safetensors');
    await writeFile(modelFile, (await readFile(job.parents[0]!.modelFile)).subarray(0, -5));
    await expect(
      eventsOf(inNewFolder({ parents: [{ ...job.parents[0]!, modelFile }] })),
    ).rejects.toMatchObject({ code: 'CORRUPT_SAFETENSORS', path: modelFile });
  });
});
