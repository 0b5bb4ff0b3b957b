import { describe, expect, it } from '@jest/globals';
import { AnswerStore } from './keep-answers.js';

describe('answers about experiments', () => {
  const done = { id: 'a', state: 'done', finishedAt: new Date(1000) };

  it('are computed once for one that is done, by question', async () => {
    const store = new AnswerStore();
    let computed = 0;
    const ask = (experiment: Parameters<AnswerStore['of']>[0], ...question: string[]): Promise<number> =>
      store.of(experiment, question, () => Promise.resolve((computed += 1)));
    expect(await Promise.all([ask(done, 'x'), ask(done, 'x'), ask(done, 'y')])).toEqual([1, 1, 2]);
    // It ran again and ended again.
    expect(await ask({ ...done, finishedAt: new Date(2000) }, 'x')).toBe(3);
    expect(await ask({ ...done, id: 'b' }, 'x')).toBe(4);
  });

  it('are computed anew for one that may still change', async () => {
    const store = new AnswerStore();
    let computed = 0;
    for (const state of ['running', 'failed', 'cancelled'])
      for (let i = 0; i < 2; i += 1)
        await store.of({ ...done, state }, ['x'], () => Promise.resolve((computed += 1)));
    expect(computed).toBe(6);
  });

  it('are asked for again after a failure, and the oldest of very many go', async () => {
    const store = new AnswerStore();
    await expect(store.of(done, ['x'], () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await store.of(done, ['x'], () => Promise.resolve('first'))).toBe('first');
    for (let i = 0; i < 300; i += 1) await store.of(done, [i], () => Promise.resolve(i));
    expect(await store.of(done, ['x'], () => Promise.resolve('second'))).toBe('second');
    expect(await store.of(done, [299], () => Promise.resolve('never'))).toBe(299);
  });
});
