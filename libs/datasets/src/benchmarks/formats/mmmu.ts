import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readJsonLines, readObjects, type Row } from '../fields.js';
import type { Format } from '../format.js';
import { letterOf, SHORT_ANSWER } from '../prompts.js';
import { badFile, type Question } from '../question.js';

const PLACEHOLDER = /<image \d+>/g;

/** A list, or Python's writing of one: the published rows hold `"['a', \"b's\"]"`. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(String);
  if (typeof value !== 'string' || !/^\s*\[.*\]\s*$/s.test(value)) return [];
  const items = value.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/gs);
  return [...items].map(([, single, double]) => (single ?? double ?? '').replace(/\\(.)/gs, '$1'));
}

function imagesOf(record: Row): string[] {
  const named = ['image', ...Array.from({ length: 7 }, (_, i) => `image_${i + 1}`)].map((field) =>
    record.optional(field),
  );
  return [...new Set(named.filter((name) => name !== ''))];
}

function asked(record: Row, options: readonly string[]): string {
  const question = record.text('question').replace(PLACEHOLDER, '').trim();
  if (options.length === 0) return `${question}\n${SHORT_ANSWER}`;
  const lines = options
    .map((option, i) => `(${letterOf(i)}) ${option.replace(PLACEHOLDER, '').trim()}`)
    .join('\n');
  return `${question}\n\n${lines}\n\nAnswer with the option's letter from the given choices directly.`;
}

/**
 * Rows of the published data set as JSON or JSON lines, pictures as files: id, question, options, answer, question_type, image_1 (path),
 * subfield. Questions with several images are left out. Source of prompts: MMMU, configs/llava1.5.yaml.
 */
export const mmmu: Format = {
  kind: 'mmmu',
  primaryMetric: 'accuracy',
  maxNewTokens: 1024,
  folders: ['mmmu'],
  async read(folder) {
    const file = (await readdir(folder))
      .filter((name) => /\.jsonl?$/.test(name) && name !== 'benchmark.json')
      .sort()[0];
    if (file === undefined) throw badFile(join(folder, '*.json'), 'no file has such a name');
    const path = join(folder, file);
    const rows = file.endsWith('.jsonl') ? await readJsonLines(path) : await readObjects(path);
    let several = 0;
    const questions = rows.flatMap((record): Question[] => {
      const images = imagesOf(record);
      if (images.length !== 1) {
        several += 1;
        return [];
      }
      const options = record.optional('question_type') === 'open' ? [] : listOf(record.raw['options']);
      const written = listOf(record.raw['answer']);
      const answers = written.length > 0 ? written : [record.text('answer')];
      const id = record.text('id');
      return [
        {
          questionId: id,
          image: images[0]!,
          question: asked(record, options),
          target: answers[0]!,
          references: answers,
          category: record.optional('subject') || /_([A-Za-z_]+)_\d+$/.exec(id)?.[1] || 'all',
          choices: options,
        },
      ];
    });
    return {
      questions,
      files: [file],
      images: ['images', 'all_images'],
      notes: several > 0 ? [`${several} questions with no image or several are left out.`] : [],
    };
  },
};
