import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import {
  fileLike,
  filesLike,
  readJsonFile,
  readObject,
  readObjects,
  readTsv,
  isObject,
  type Row,
} from '../fields.js';
import type { Format, Found } from '../format.js';
import { LETTER, lettered, letterOf } from '../prompts.js';
import { badFile, type Question } from '../question.js';

const IMAGES = ['images'];
const OPTIONS = [...'ABCDEFGHI'];

/** Options of a row: columns A, B, ... up to the first that is empty. */
function optionsOf(row: Row): string[] {
  const texts = OPTIONS.map((letter) => row.optional(letter));
  const end = texts.findIndex((text) => text === '' || text === 'nan');
  return end < 0 ? texts : texts.slice(0, end);
}

/**
 * Rows of a table of VLMEvalKit (`MMBench_DEV_EN.tsv`, `AI2D_TEST.tsv`, ...): index, question, hint, A.. , answer, category, image (base64,
 * or the index of the row that holds it).
 */
async function tableOf(
  folder: string,
  file: string,
  prompt: (row: Row, options: string[]) => string,
): Promise<Found> {
  const embedded = new Map<string, string>();
  const rows = await readTsv(join(folder, file));
  const stored = new Map(rows.map((row) => [row.text('index'), row.optional('image')]));
  const notes = new Set<string>();
  const questions = rows.flatMap((row): Question[] => {
    const index = row.text('index');
    const options = optionsOf(row);
    const answer = row.text('answer');
    if (options.length < 2 || !OPTIONS.slice(0, options.length).includes(answer))
      throw badFile(join(folder, file), `${row.place}: the answer is no letter of its options`);
    let image = row.optional('image_path');
    if (image === '') {
      const own = stored.get(index)!;
      const source = own.length > 0 && own.length < 64 && stored.has(own) ? own : index;
      const data = stored.get(source)!;
      if (data === '') throw badFile(join(folder, file), `${row.place} has no image`);
      if (data.startsWith('[')) {
        notes.add('Questions with several images are left out.');
        return [];
      }
      image = `${source}.image`;
      embedded.set(image, data);
    }
    return [
      {
        questionId: index,
        image,
        question: prompt(row, options),
        target: answer,
        references: [answer],
        category: row.optional('category') || 'all',
        choices: options,
        group: index,
      },
    ];
  });
  return { questions, files: [file], images: IMAGES, embedded, notes: [...notes] };
}

const plain = (row: Row, options: string[]): string => {
  const hint = row.optional('hint');
  const lead = hint === '' || hint === 'nan' ? '' : `${hint}\n`;
  return `${lead}${row.text('question')}\n${lettered(options)}${LETTER}`;
};

export const mmbench: Format = {
  kind: 'mmbench',
  primaryMetric: 'accuracy',
  maxNewTokens: 1024,
  folders: ['mmbench'],
  read: async (folder) => tableOf(folder, await fileLike(folder, /mmbench.*\.tsv$/i), plain),
};

/** `AI2D_TEST.tsv`, or the original release: `questions/<image>.json` with `questions`, `imageName` and `images/`. */
export const ai2d: Format = {
  kind: 'ai2d',
  primaryMetric: 'accuracy',
  maxNewTokens: 16,
  folders: ['ai2d'],
  async read(folder) {
    const names = await readdir(folder);
    const table = names.find((name) => /ai2d.*\.tsv$/i.test(name));
    if (table !== undefined) return tableOf(folder, table, plain);
    const files = (await filesLike(join(folder, 'questions'), /\.json$/)).map((name) =>
      join('questions', name),
    );
    const questions: Question[] = [];
    for (const file of files) {
      const top = await readObject(join(folder, file));
      const image = top.text('imageName');
      const all = top.child('questions');
      for (const text of Object.keys(all.raw)) {
        const record = all.child(text);
        const options = record.texts('answerTexts');
        const answer = record.whole('correctAnswer');
        if (answer < 0 || answer >= options.length)
          throw badFile(join(folder, file), `"${text}": the answer is no index of its options`);
        const target = letterOf(answer);
        questions.push({
          questionId: record.optional('questionId') || `${image}: ${text}`,
          image,
          question: `${text}\n${lettered(options)}${LETTER}`,
          target,
          references: [target],
          category: 'all',
          choices: options,
        });
      }
    }
    return { questions, files, images: IMAGES };
  },
};

/** The prompt that LLaVA's file holds for a problem, its instruction added. */
async function llavaPrompts(folder: string, file: string): Promise<ReadonlyMap<string, string>> {
  const records = await readObjects(join(folder, file));
  return new Map(
    records.map((record) => {
      const [asked] = record.records('conversations');
      return [record.text('id'), asked?.text('value').replace('<image>', '').trim() ?? ''];
    }),
  );
}

/** `problems.json` and `pid_splits.json`; prompts from `llava_test_CQM-A.json` where it is there. Test questions with an image. */
export const scienceqa: Format = {
  kind: 'choice',
  primaryMetric: 'accuracy',
  maxNewTokens: 1024,
  folders: ['scienceqa', 'sqa'],
  async read(folder) {
    const names = await readdir(folder);
    const llava = names.find((name) => /llava_test.*\.json$/.test(name));
    const splits = names.includes('pid_splits.json')
      ? await readJsonFile(join(folder, 'pid_splits.json'))
      : null;
    const test =
      isObject(splits) && Array.isArray(splits['test']) ? new Set(splits['test'].map(String)) : null;
    const prompts = llava === undefined ? null : await llavaPrompts(folder, llava);
    const top = await readObject(join(folder, 'problems.json'));
    let without = 0;
    const questions = Object.keys(top.raw).flatMap((id): Question[] => {
      const record = top.child(id);
      if (test ? !test.has(id) : record.optional('split') !== '' && record.optional('split') !== 'test')
        return [];
      const image = record.optional('image');
      if (image === '') {
        without += 1;
        return [];
      }
      const options = record.texts('choices');
      const hint = record.optional('hint');
      const asked =
        prompts?.get(id) ??
        `${record.text('question')}\n${hint === '' ? '' : `Context: ${hint}\n`}${lettered(options)}`;
      const target = letterOf(record.whole('answer'));
      return [
        {
          questionId: id,
          image: join(id, image),
          question: asked + LETTER,
          target,
          references: [target],
          category: record.optional('subject') || 'all',
          choices: options,
        },
      ];
    });
    return {
      questions,
      files: [
        'problems.json',
        ...(splits === null ? [] : ['pid_splits.json']),
        ...(llava === undefined ? [] : [llava]),
      ],
      images: [join('images', 'test'), 'test', 'images'],
      notes: without > 0 ? [`${without} questions have no image and are left out (IMG accuracy).`] : [],
    };
  },
};
