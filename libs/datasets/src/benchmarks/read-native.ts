import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AblateError } from '@ablate/errors';

import { BENCHMARK_KINDS, type Benchmark, type BenchmarkKind, type Question } from './question.js';

type NativeField = 'questionId' | 'image' | 'question' | 'target' | 'references' | 'category' | 'choices';

const RULES: Readonly<Record<NativeField, string>> = {
  questionId: 'a text that no other question has',
  image: 'the name of a file below images/',
  question: 'a text',
  target: 'a text',
  references: 'a list of at least one text, or absent',
  category: 'a text',
  choices: 'a list of at least two texts where the benchmark is of kind choice, else absent',
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';
const isTexts = (value: unknown, least: number): value is string[] =>
  Array.isArray(value) && value.length >= least && value.every(isText);

function broken(file: string, line: number, field: NativeField, value: unknown): AblateError {
  return new AblateError('BAD_BENCHMARK', `${file}, line ${line}: "${field}" must be ${RULES[field]}.`, {
    path: `${file}:${line}.${field}`,
    value,
    rule: `"${field}" is ${RULES[field]}.`,
    fix: 'Correct this line or build the benchmark again.',
  });
}

function parseQuestion(file: string, line: number, text: string, kind: BenchmarkKind): Question {
  const raw = parseJson(file, text, `line ${line}`);
  const { questionId, image, question, target, category } = raw;
  for (const field of ['questionId', 'image', 'question', 'target', 'category'] as const) {
    if (!isText(raw[field])) throw broken(file, line, field, raw[field]);
  }
  const { references = [target], choices = [] } = raw;
  if (!isTexts(references, 1)) throw broken(file, line, 'references', references);
  if (!isTexts(choices, kind === 'choice' ? 2 : 0)) throw broken(file, line, 'choices', choices);
  const texts = { questionId, image, question, target, category } as Record<string, string>;
  return { ...(texts as unknown as Question), references, choices };
}

function parseJson(file: string, text: string, where: string): Readonly<Record<string, unknown>> {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw unreadable(file, `${where} is no JSON`, cause);
  }
  if (typeof raw !== 'object' || raw === null) throw unreadable(file, `${where} is no JSON object`);
  return raw as Record<string, unknown>;
}

const unreadable = (file: string, problem: string, cause?: unknown): AblateError =>
  new AblateError(
    'BAD_BENCHMARK',
    `${file}: ${problem}.`,
    {
      path: file,
      rule: 'A benchmark is a folder of benchmark.json, questions.jsonl and images/.',
      fix: 'Build the benchmark again, or correct this file.',
    },
    { cause },
  );

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw unreadable(file, `it cannot be read (${(cause as NodeJS.ErrnoException).code})`, cause);
  }
}

/** Reads a folder of this project's own format. Throws `BAD_BENCHMARK` naming file, line and field. Images are read later, when they are needed. */
export async function readNative(folder: string): Promise<Benchmark> {
  const description = join(folder, 'benchmark.json');
  const { id, kind, primaryMetric, maxNewTokens } = parseJson(
    description,
    await readText(description),
    'its content',
  );
  if (!isText(id)) throw unreadable(description, '"id" is no text');
  const known = BENCHMARK_KINDS.find((candidate) => candidate === kind);
  if (!known) {
    throw unreadable(
      description,
      `"kind" is ${JSON.stringify(kind)}, not one of ${BENCHMARK_KINDS.join(', ')}`,
    );
  }
  const file = join(folder, 'questions.jsonl');
  const questions: Question[] = [];
  const ids = new Set<string>();
  for (const [i, text] of (await readText(file)).split('\n').entries()) {
    if (text.trim() === '') continue;
    const question = parseQuestion(file, i + 1, text, known);
    if (ids.has(question.questionId)) throw broken(file, i + 1, 'questionId', question.questionId);
    ids.add(question.questionId);
    questions.push(question);
  }
  if (questions.length === 0) throw unreadable(file, 'it has no questions');
  return {
    id,
    kind: known,
    questions,
    images: join(folder, 'images'),
    embedded: new Map(),
    files: ['questions.jsonl'],
    format: null,
    primaryMetric: typeof primaryMetric === 'string' ? primaryMetric : 'accuracy',
    maxNewTokens: typeof maxNewTokens === 'number' ? maxNewTokens : null,
    notes: [],
  };
}
