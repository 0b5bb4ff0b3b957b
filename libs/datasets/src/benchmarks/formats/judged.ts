import { join } from 'node:path';
import { fileLike, readJsonLines, readObject } from '../fields.js';
import type { Format } from '../format.js';
import { badFile, type Question } from '../question.js';

/** `mm-vet.json`: questions by their id; graded by a judge. */
export const mmVet: Format = {
  kind: 'mm-vet',
  primaryMetric: 'score',
  maxNewTokens: 1024,
  folders: ['mm-vet', 'mmvet'],
  async read(folder) {
    const file = await fileLike(folder, /^mm-?vet\.json$/i);
    const top = await readObject(join(folder, file));
    const questions = Object.keys(top.raw).map((questionId): Question => {
      const record = top.child(questionId);
      const target = record.text('answer');
      return {
        questionId,
        image: record.text('imagename'),
        question: record.text('question'),
        target,
        references: [target],
        category: record.texts('capability').join('+'),
        choices: [],
      };
    });
    return { questions, files: [file], images: ['images'] };
  },
};

/** `questions.jsonl`, `context.jsonl`, `answers_gpt4.jsonl`; a judge compares with GPT-4's answers, knowing the captions. */
export const llavaW: Format = {
  kind: 'llava-w',
  primaryMetric: 'score',
  maxNewTokens: 1024,
  folders: ['llava-w', 'llava-bench-in-the-wild', 'llavabench'],
  async read(folder) {
    const files = ['questions.jsonl', 'context.jsonl', await fileLike(folder, /^answers_gpt4\.jsonl$/)];
    const [asked, contexts, answers] = await Promise.all(
      files.map((file) => readJsonLines(join(folder, file))),
    );
    const captions = new Map(contexts!.map((record) => [record.text('image'), record.text('caption')]));
    const wanted = new Map(answers!.map((record) => [record.text('question_id'), record.text('text')]));
    const questions = asked!.map((record): Question => {
      const questionId = record.text('question_id');
      const image = record.text('image');
      const target = wanted.get(questionId);
      const context = captions.get(image);
      if (target === undefined)
        throw badFile(join(folder, files[2]!), `question ${questionId} has no answer`);
      if (context === undefined) throw badFile(join(folder, 'context.jsonl'), `${image} has no caption`);
      return {
        questionId,
        image,
        question: record.text('text'),
        target,
        references: [target],
        category: record.text('category').replace('llava_bench_', ''),
        choices: [],
        context,
      };
    });
    return { questions, files, images: ['images'] };
  },
};
