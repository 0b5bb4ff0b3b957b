import { describe, expect, it } from '@jest/globals';
import type { BenchmarkKind, Question } from '@ablate/datasets';
import { score } from './rules.js';

const scored = (kind: BenchmarkKind, rows: readonly (Partial<Question> & { answer: string })[]) =>
  score(
    {
      kind,
      questions: rows.map(({ target = '', references = [target], choices = [], ...rest }, i) => ({
        questionId: `q${i}`,
        image: 'a.png',
        question: 'What is it?',
        category: 'object',
        target,
        references,
        choices,
        ...rest,
      })),
    },
    rows.map(({ answer }) => answer),
  );

describe('score', () => {
  it('exact: case, white space and trailing periods aside', () => {
    const result = scored('exact', [
      { target: 'Red', answer: 'red.' },
      { target: 'red', answer: 'a red one' },
    ]);
    expect(result).toEqual({ scores: [1, 0], metrics: { accuracy: 1 / 2 } });
  });

  it('choice: the letter, among those of the question', () => {
    const result = scored('choice', [
      { target: 'B', choices: ['cat', 'dog'], answer: 'B. dog' },
      { target: 'B', choices: ['cat', 'dog'], answer: 'dog' },
      { target: 'C', choices: ['cat', 'dog'], answer: 'C' },
      { target: 'F', choices: ['1', '2', '3', '4', '5', '6'], answer: 'F' },
    ]);
    expect(result).toEqual({ scores: [1, 0, 0, 1], metrics: { accuracy: 1 / 2 } });
  });

  it('pope: what does not deny is yes', () => {
    const { scores, metrics } = scored('pope', [
      { target: 'yes', answer: 'There is one.' },
      { target: 'no', answer: 'No, there is not.' },
      { target: 'no', answer: 'Yes' },
      { target: 'no', answer: '' },
    ]);
    expect(scores).toEqual([1, 1, 0, 0]);
    expect(Object.keys(metrics)).toEqual(['accuracy', 'precision', 'recall', 'f1', 'yes_ratio', 'mean_f1']);
    expect(metrics).toMatchObject({ accuracy: 1 / 2, yes_ratio: 3 / 4 });
    expect(metrics.precision).toBeCloseTo(1 / 3, 5);
  });

  it('caption: the mean of the scores, against every reference', () => {
    const { scores, metrics } = scored('caption', [
      { references: ['a dog', 'a dog on a red mat'], answer: 'a dog on a red mat' },
      { references: ['two blue cats by a tree'], answer: 'Two blue cats by a tree.' },
      { references: ['one fish'], answer: 'nothing' },
    ]);
    expect(scores[0]).toBeGreaterThan(5);
    expect(scores[1]).toBeCloseTo(10, 9);
    expect(scores[2]).toBe(0);
    expect(metrics['cider']).toBeCloseTo((scores[0]! + scores[1]! + scores[2]!) / 3, 12);
    expect(Object.keys(metrics)).toEqual(['cider', 'bleu_4', 'rouge_l']);
  });
});
