import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { filesLike, readJsonLines } from '../fields.js';
import type { Format } from '../format.js';
import { SHORT_ANSWER } from '../prompts.js';
import { badFile, type Question } from '../question.js';

/** `coco_pope_random.json`, `coco_pope_popular.json`, `coco_pope_adversarial.json`: JSON lines, a category each. */
export const pope: Format = {
  kind: 'pope',
  // Papers report the mean F1 of the three files (vlm.md 5.2).
  primaryMetric: 'mean_f1',
  maxNewTokens: 128,
  folders: ['pope'],
  async read(folder) {
    const files = await filesLike(folder, /pope_(random|popular|adversarial)\.jsonl?$/);
    const questions: Question[] = [];
    for (const file of files) {
      const category = /pope_([a-z]+)/.exec(file)![1]!;
      for (const record of await readJsonLines(join(folder, file))) {
        const target = record.text('label').toLowerCase();
        questions.push({
          questionId: `${category}-${record.text('question_id')}`,
          image: record.text('image'),
          question: record.text('text') + SHORT_ANSWER,
          target,
          references: [target],
          category,
          choices: [],
        });
      }
    }
    return { questions, files, images: ['images', 'val2014'] };
  },
};

const SUFFIX = ' Please answer yes or no.';
const PICTURE = /\.(jpe?g|png)$/i;

/** Folders of a subtask: the texts lie beside the pictures, or apart from them. */
async function subtask(
  folder: string,
  category: string,
): Promise<{ questions: Question[]; files: string[] }> {
  const own = await readdir(join(folder, category));
  const apart = own.includes('questions_answers_YN');
  const [texts, pictures] = apart
    ? [join(category, 'questions_answers_YN'), join(category, 'images')]
    : [category, category];
  const names = (await readdir(join(folder, texts))).filter((name) => name.endsWith('.txt')).sort();
  const images = new Map(
    (await readdir(join(folder, pictures)))
      .filter((name) => PICTURE.test(name))
      .map((name) => [name.replace(PICTURE, ''), name]),
  );
  const files = names.map((name) => join(texts, name));
  const questions: Question[] = [];
  for (const name of names) {
    const file = join(folder, texts, name);
    const image = images.get(name.replace(/\.txt$/, ''));
    if (image === undefined) throw badFile(file, 'its picture is missing');
    const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line.trim() !== '');
    lines.forEach((line, i) => {
      const [question, answer] = line.split('\t');
      const target = answer?.trim().toLowerCase().replaceAll('.', '');
      if (target !== 'yes' && target !== 'no')
        throw badFile(file, `line ${i + 1} is no question with yes or no`);
      questions.push({
        questionId: `${category}/${name.replace(/\.txt$/, '')}/${i + 1}`,
        image: join(pictures, image),
        question: question!.trim().replace(SUFFIX, '') + SHORT_ANSWER,
        target,
        references: [target],
        category,
        choices: [],
        group: `${category}/${image}`,
      });
    });
  }
  return { questions, files };
}

/** The release's folder: a folder a subtask, a picture and a text of two questions with answers for each. */
export const mme: Format = {
  kind: 'mme',
  primaryMetric: 'perception',
  maxNewTokens: 128,
  folders: ['mme'],
  async read(folder) {
    const entries = await readdir(folder, { withFileTypes: true });
    const subtasks = entries
      .filter((entry) => entry.isDirectory() && entry.name !== 'eval_tool')
      .map(({ name }) => name);
    const all = await Promise.all(subtasks.sort().map((category) => subtask(folder, category)));
    return { questions: all.flatMap(({ questions }) => questions), files: all.flatMap(({ files }) => files) };
  },
};
