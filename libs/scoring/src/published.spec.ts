import { describe, expect, it } from '@jest/globals';
import { golden } from '../test/golden.js';
import { ai2dAnswer, ai2dCorrect, ai2dPrompt } from './ai2d.js';
import { bleu } from './bleu.js';
import { equalApartFromMarks, gqaAnswer, gqaCorrect } from './gqa.js';
import { mmbenchAnswer, mmbenchScores } from './mmbench.js';
import { mmeAnswer, mmeCorrect, mmeScores } from './mme.js';
import { mmmuLetter, mmmuOpenAnswers, mmmuOpenCorrect } from './mmmu.js';
import { exactYesNoScores, yesOrNo } from './pope.js';
import { rougeL } from './rouge.js';
import { normaliseVqa, officialVqaAccuracy, vqaAccuracy } from './vqa.js';

const share = (right: readonly boolean[]): number => right.filter(Boolean).length / right.length;

describe('rules give what the reference scripts give', () => {
  it('GQA', () => {
    const { items, aggregate } = golden<{
      items: {
        prediction: string;
        answer: string;
        converted: string;
        correct: number;
        correct_lmms: number;
      }[];
      aggregate: { accuracy: number };
    }>('gqa');
    for (const { prediction, answer, ...expected } of items)
      expect([
        gqaAnswer(prediction),
        Number(gqaCorrect(prediction, answer)),
        Number(equalApartFromMarks(prediction, answer)),
      ]).toEqual([expected.converted, expected.correct, expected.correct_lmms]);
    expect(share(items.map(({ prediction, answer }) => gqaCorrect(prediction, answer)))).toBeCloseTo(
      aggregate.accuracy,
      9,
    );
  });

  it('MME', () => {
    const { items, aggregate } = golden<{
      items: {
        category: string | null;
        question_id: string;
        answer: string;
        response: string;
        parsed: string;
      }[];
      aggregate: { perception: number; cognition: number; per_category: Record<string, number> };
    }>('mme');
    for (const { response, parsed } of items) expect(mmeAnswer(response)).toBe(parsed);
    const { perception, cognition, subtasks } = mmeScores(
      items.flatMap(({ category, question_id: questionId, answer, response }) =>
        category === null ? [] : [{ category, questionId, correct: mmeCorrect(response, answer) }],
      ),
    );
    expect(perception).toBeCloseTo(aggregate.perception, 9);
    expect(cognition).toBeCloseTo(aggregate.cognition, 9);
    for (const [name, value] of Object.entries(aggregate.per_category))
      expect(subtasks[name]).toBeCloseTo(value, 9);
  });

  it('MMBench, single answers and circular', () => {
    interface Row {
      index: number;
      options: string[];
      answer: string;
      response: string;
      extracted: string | null;
      by?: string | null;
    }
    const { items, groups, aggregate } = golden<{
      items: Row[];
      groups: { category: string; hit: number; rotations: Row[] }[];
      aggregate: { circular: Record<string, number>; vanilla_accuracy_of_rotations: number };
    }>('mmbench');
    for (const { response, options, extracted, by } of items)
      expect(mmbenchAnswer(response, options)).toEqual({ letter: extracted, by: by ?? null });
    const { overall, categories, vanilla, hits } = mmbenchScores(
      groups.flatMap(({ category, rotations }) =>
        rotations.map(({ index, response, options, answer }) => ({
          index,
          category,
          correct: mmbenchAnswer(response, options).letter === answer,
        })),
      ),
    );
    for (const { hit, rotations } of groups) expect(hits.get(rotations[0]!.index % 1e6)).toBe(hit === 1);
    expect(vanilla).toBeCloseTo(aggregate.vanilla_accuracy_of_rotations, 9);
    const { split: _, Overall, ...rest } = aggregate.circular;
    expect(overall).toBeCloseTo(Overall!, 9);
    for (const [name, value] of Object.entries(rest)) expect(categories[name]).toBeCloseTo(value, 9);
  });

  it('MMMU, letters and open answers', () => {
    const { items } = golden<{
      items: {
        type: string;
        response: string;
        options?: string[];
        answer: string | string[];
        parsed: unknown;
        correct: number;
      }[];
    }>('mmmu');
    for (const { type, response, options = [], answer, parsed, correct } of items) {
      const choice = type === 'multiple-choice';
      expect([response, choice ? mmmuLetter(response, options) : mmmuOpenAnswers(response)]).toEqual([
        response,
        parsed,
      ]);
      expect(
        Number(choice ? mmmuLetter(response, options) === answer : mmmuOpenCorrect(response, answer)),
      ).toBe(Number(correct));
    }
  });

  it('AI2D', () => {
    const { items, aggregate } = golden<{
      items: { response: string; answer: string; filtered: string; correct: number }[];
      aggregate: { prompt_example: { question: string; options: string[]; prompt: string } };
    }>('ai2d');
    for (const { response, answer, filtered, correct } of items)
      expect([ai2dAnswer(response), Number(ai2dCorrect(response, answer))]).toEqual([
        filtered,
        Number(correct),
      ]);
    const { question, options, prompt } = aggregate.prompt_example;
    expect(ai2dPrompt(question, options)).toBe(prompt);
  });

  it('VizWiz and the official VQAv2', () => {
    const { items } = golden<{
      items: { prediction: string; answers: string[]; normalised_prediction: string; score: number }[];
    }>('vizwiz');
    for (const { prediction, answers, normalised_prediction, score } of items) {
      expect(normaliseVqa(prediction)).toBe(normalised_prediction);
      expect(vqaAccuracy(prediction, answers)).toBeCloseTo(score, 9);
    }
    for (const { prediction, answers, score_official } of golden<
      { prediction: string; answers: string[]; score_official: number }[]
    >('vqa-v2'))
      expect(officialVqaAccuracy(prediction, answers)).toBeCloseTo(score_official, 9);
  });

  it('POPE by lmms-eval and VLMEvalKit', () => {
    const { items, lmms } = golden<{
      items: {
        category: string;
        response: string;
        label: string;
        vlmevalkit: string;
        correct_lmms: number;
      }[];
      lmms: Record<string, Record<string, number>>;
    }>('pope');
    for (const { response, vlmevalkit } of items) expect(yesOrNo(response)).toBe(vlmevalkit);
    for (const [category, expected] of Object.entries(lmms)) {
      const members = items.filter((item) => item.category === category);
      const { correct, scores } = exactYesNoScores(
        members.map(({ response }) => response),
        members.map(({ label }) => label),
      );
      expect(correct.map(Number)).toEqual(members.map(({ correct_lmms }) => correct_lmms));
      for (const [name, value] of Object.entries(expected))
        expect(scores[name as keyof typeof scores]).toBeCloseTo(value, 9);
    }
  });

  it('BLEU and ROUGE-L', () => {
    const { items, aggregate } = golden<{
      items: { tokens: string; references: string[]; bleu: number[]; rouge_l: number }[];
      aggregate: { bleu: number[]; rouge_l: number };
    }>('bleu-rouge');
    const captions = items.map(({ tokens }) => tokens);
    const references = items.map((item) => item.references);
    const blue = bleu(captions, references);
    const rouge = rougeL(captions, references);
    items.forEach((item, i) => {
      item.bleu.forEach((value, n) => expect(blue.scores[i]![n]).toBeCloseTo(value, 9));
      expect(rouge.scores[i]).toBeCloseTo(item.rouge_l, 9);
    });
    aggregate.bleu.forEach((value, n) => expect(blue.corpus[n]).toBeCloseTo(value, 9));
    expect(rouge.mean).toBeCloseTo(aggregate.rouge_l, 9);
  });
});
