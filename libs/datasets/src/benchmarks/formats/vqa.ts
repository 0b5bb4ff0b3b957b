import { join } from 'node:path';
import { fileLike, filesLike, readObject, readObjects, type Row } from '../fields.js';
import type { Format } from '../format.js';
import { mostFrequent, SHORT_ANSWER } from '../prompts.js';
import { badFile, type Question } from '../question.js';

const IMAGES = ['images'];

/** Official questions and annotations: `v2_OpenEnded_mscoco_val2014_questions.json`, `v2_mscoco_val2014_annotations.json`. */
export const vqaV2: Format = {
  kind: 'vqa-v2',
  primaryMetric: 'accuracy',
  maxNewTokens: 128,
  folders: ['vqav2', 'vqa-v2', 'vqa_v2'],
  async read(folder) {
    const asked = await fileLike(folder, /OpenEnded.*questions\.json$/);
    const answered = await fileLike(folder, /annotations\.json$/);
    const top = await readObject(join(folder, asked));
    const subtype = top.optional('data_subtype') || 'val2014';
    const annotations = new Map(
      (await readObject(join(folder, answered)))
        .records('annotations')
        .map((annotation) => [annotation.text('question_id'), annotation]),
    );
    const questions = top.records('questions').map((record): Question => {
      const questionId = record.text('question_id');
      const annotation = annotations.get(questionId);
      if (!annotation) throw badFile(join(folder, answered), `question ${questionId} has no annotation`);
      const answers = annotation.records('answers').map((answer) => answer.text('answer'));
      return {
        questionId,
        image: `COCO_${subtype}_${record.text('image_id').padStart(12, '0')}.jpg`,
        question: record.text('question') + SHORT_ANSWER,
        target: annotation.optional('multiple_choice_answer') || mostFrequent(answers),
        references: answers,
        category: annotation.optional('answer_type') || 'all',
        choices: [],
      };
    });
    return { questions, files: [asked, answered], images: [...IMAGES, subtype] };
  },
};

/** The OCR tokens of an image, from `TextVQA_Rosetta_OCR_v0.2_val.json`. */
async function ocrTokens(folder: string, file: string): Promise<ReadonlyMap<string, string>> {
  const records = (await readObject(join(folder, file))).records('data');
  return new Map(
    records.map((record) => {
      const tokens = Array.isArray(record.raw['ocr_tokens']) ? (record.raw['ocr_tokens'] as unknown[]) : [];
      return [record.text('image_id'), tokens.join(', ')];
    }),
  );
}

/** `TextVQA_0.5.1_val.json`; with `ocr`, LLaVA's prompt with the reference OCR tokens. */
export const textvqa: Format = {
  kind: 'textvqa',
  primaryMetric: 'accuracy',
  maxNewTokens: 128,
  folders: ['textvqa'],
  async read(folder, { ocr }) {
    const file = await fileLike(folder, /^TextVQA_\d.*_val\.json$/i);
    const ocrFile = ocr ? await fileLike(folder, /OCR.*\.json$/i) : null;
    const tokens = ocrFile === null ? null : await ocrTokens(folder, ocrFile);
    const questions = (await readObject(join(folder, file))).records('data').map((record): Question => {
      const answers = record.texts('answers');
      const image = record.text('image_id');
      const reference = tokens ? `\nReference OCR token: ${tokens.get(image) ?? ''}` : '';
      return {
        questionId: record.text('question_id'),
        image: `${image}.jpg`,
        question: record.text('question') + reference + SHORT_ANSWER,
        target: mostFrequent(answers),
        references: answers,
        category: 'all',
        choices: [],
      };
    });
    return {
      questions,
      files: [file, ...(ocrFile === null ? [] : [ocrFile])],
      images: [...IMAGES, 'train_images'],
    };
  },
};

/** `val.json`: a list of image, question and ten answers. */
export const vizwiz: Format = {
  kind: 'textvqa',
  primaryMetric: 'accuracy',
  maxNewTokens: 128,
  folders: ['vizwiz'],
  async read(folder) {
    const file = await fileLike(folder, /^val\.json$/);
    const questions = (await readObjects(join(folder, file))).map((record): Question => {
      const answers = record.records('answers').map((answer) => answer.optional('answer'));
      const image = record.text('image');
      return {
        questionId: image,
        image,
        question: `${record.text('question')}\nWhen the provided information is insufficient, respond with 'Unanswerable'.${SHORT_ANSWER}`,
        target: mostFrequent(answers),
        references: answers,
        category: record.optional('answer_type') || 'all',
        choices: [],
      };
    });
    return { questions, files: [file], images: [...IMAGES, 'val'] };
  },
};

/** `testdev_balanced_questions.json`: questions by their id. */
export const gqa: Format = {
  kind: 'gqa',
  primaryMetric: 'accuracy',
  maxNewTokens: 128,
  folders: ['gqa'],
  async read(folder) {
    const file = await fileLike(folder, /balanced_questions\.json$/);
    const top = await readObject(join(folder, file));
    const questions = Object.keys(top.raw).map((questionId): Question => {
      const record = top.child(questionId);
      const target = record.text('answer');
      return {
        questionId,
        image: `${record.text('imageId')}.jpg`,
        question: record.text('question') + SHORT_ANSWER,
        target,
        references: [target],
        category: structure(record) === 'query' ? 'open' : 'binary',
        choices: [],
      };
    });
    return { questions, files: [file], images: IMAGES };
  },
};

const structure = (record: Row): string =>
  record.raw['types'] === undefined ? 'query' : record.child('types').optional('structural');

/** COCO's `captions_val2014.json` (NoCaps writes the same), or Karpathy's `dataset_flickr30k.json`, of which the test split counts. */
export const captions: Format = {
  kind: 'caption',
  primaryMetric: 'cider',
  maxNewTokens: 128,
  folders: ['coco-caption', 'coco_caption', 'flickr30k', 'nocaps'],
  async read(folder) {
    const [file] = await filesLike(folder, /^(captions_.*|dataset_.*|.*nocaps.*)\.json$/);
    const top = await readObject(join(folder, file!));
    const images = top.records('images');
    const texts = new Map<string, string[]>();
    if (Array.isArray(top.raw['annotations']))
      for (const annotation of top.records('annotations')) {
        const image = annotation.text('image_id');
        texts.set(image, [...(texts.get(image) ?? []), annotation.text('caption')]);
      }
    const questions = images.flatMap((image): Question[] => {
      const split = image.optional('split');
      if (split !== '' && split !== 'test') return [];
      const references = Array.isArray(image.raw['sentences'])
        ? image.records('sentences').map((sentence) => sentence.text('raw'))
        : (texts.get(image.text('id')) ?? []);
      const name = image.optional('file_name') || image.text('filename');
      if (references.length === 0) throw badFile(join(folder, file!), `image ${name} has no caption`);
      return [
        {
          questionId: image.optional('id') || name,
          image: name,
          question: 'Provide a one-sentence caption for the provided image.',
          target: references[0]!,
          references,
          category: 'all',
          choices: [],
        },
      ];
    });
    return { questions, files: [file!], images: [...IMAGES, 'val2014'] };
  },
};
