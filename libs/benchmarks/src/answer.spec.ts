import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Prediction, TrainerJob } from '@ablate/catalogue';
import { createExecutor } from '@ablate/tensor';
import { evaluateConfig, loraParent, tinyJob, tinyQuestions } from '../test/tiny-world.js';
import { answerQuestion, type AnswerRequest } from './answer.js';
import { evaluate } from './evaluate.js';

let root: string;
let job: TrainerJob;
const executor = await createExecutor('onnx');
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'answer-'));
  job = await tinyJob(root);
});
afterAll(async () => {
  await executor.dispose();
  await rm(root, { recursive: true, force: true });
});

const request = (image: string, question: string, parents = job.parents): AnswerRequest => ({
  backbones: job.backbones,
  parents,
  imageFile: join(root, 'tiny', 'images', image),
  question,
  maxNewTokens: evaluateConfig.decoding.maxNewTokens,
});

/** What an evaluation one by one answers. */
async function evaluated(parents: TrainerJob['parents'], name: string): Promise<string[]> {
  const outputDir = join(root, name);
  const config = { ...evaluateConfig, decoding: { ...evaluateConfig.decoding, batchSize: 1 } };
  const { signal } = new AbortController();
  for await (const _ of evaluate({ ...job, config, parents, outputDir }, { executor, signal }));
  const lines = (await readFile(join(outputDir, 'predictions.jsonl'), 'utf8')).trimEnd().split('\n');
  const predictions = lines.map((line) => JSON.parse(line) as Prediction);
  return tinyQuestions.map(
    ({ questionId }) =>
      predictions.find((one) => one.questionId === questionId && one.control === 'none')!.answer,
  );
}

describe('a question about one picture', () => {
  it('is answered as an evaluation answers it, adapters included', async () => {
    const lora = await loraParent(root);
    const all: string[][] = [];
    for (const [i, parents] of [job.parents, [...job.parents, lora]].entries()) {
      const answers: string[] = [];
      for (const { image, question } of tinyQuestions)
        answers.push(await answerQuestion(request(image, question, parents), executor));
      expect(answers).toEqual(await evaluated(parents, `out-${i}`));
      all.push(answers);
    }
    expect(new Set(all[0]).size).toBeGreaterThan(1);
    expect(all[1]).not.toEqual(all[0]);
  });

  it('is refused where the model has no room for it, and nothing is cut', async () => {
    const long = 'What is it? '.repeat(200);
    await expect(answerQuestion(request('red.png', long), executor)).rejects.toMatchObject({
      code: 'QUESTION_TOO_LONG',
      path: 'question',
      rule: expect.stringContaining('256'),
    });
  });

  it('is refused without a picture or a training', async () => {
    await writeFile(join(root, 'tiny', 'images', 'broken.png'), 'no picture');
    await expect(answerQuestion(request('broken.png', 'What?'), executor)).rejects.toMatchObject({
      code: 'BAD_IMAGE',
    });
    await expect(answerQuestion(request('red.png', 'What?', []), executor)).rejects.toMatchObject({
      code: 'NO_TRAINED_PARENT',
    });
  });
});
